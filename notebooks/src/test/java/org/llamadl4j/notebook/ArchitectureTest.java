package org.llamadl4j.notebook;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.lang.conditions.ArchConditions.callMethod;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.llamadl4j.model.cli.Main;
import org.llamadl4j.notebook.kernel.KernelMain;

/** Which part may know which, for all modules. */
@AnalyzeClasses(packages = "org.llamadl4j", importOptions = ArchitectureTest.WithoutTests.class)
class ArchitectureTest {

    private static final List<Path> MODULES = Stream.of("llama-model", "llama-train", "llama-eval", "notebooks")
            .map(Path.of("..")::resolve)
            .toList();

    @ArchTest
    static final ArchRule modelKnowsNeitherTrainingNorEvaluation = noClasses()
            .that()
            .resideInAPackage("org.llamadl4j.model..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.llamadl4j.train..", "org.llamadl4j.eval..");

    @ArchTest
    static final ArchRule trainingKnowsNoEvaluation = noClasses()
            .that()
            .resideInAPackage("org.llamadl4j.train..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.llamadl4j.eval..");

    @ArchTest
    static final ArchRule evaluationKnowsNoTraining = noClasses()
            .that()
            .resideInAPackage("org.llamadl4j.eval..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.llamadl4j.train..")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule nothingKnowsNotebooks = noClasses()
            .that()
            .resideInAnyPackage("org.llamadl4j.model..", "org.llamadl4j.train..", "org.llamadl4j.eval..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.llamadl4j.notebook..");

    @ArchTest
    static final ArchRule onlyTheKernelKnowsIJava = noClasses()
            .that()
            .resideOutsideOfPackage("org.llamadl4j.notebook.kernel..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.github.spencerpark..")
            .because("results show themselves, and notebooks run their code, in other programs too");

    @ArchTest
    static final ArchRule kernelsNeverMentionSameDiff = noClasses()
            .that()
            .resideInAPackage("org.llamadl4j.model.kernel..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.nd4j.autodiff..");

    @ArchTest
    static final ArchRule lanesAreAddedInOneOrder = noClasses()
            .that()
            .doNotHaveSimpleName("Lanes")
            .should()
            .callMethodWhere(target(name("reduceLanes")))
            .because("its sums may differ between interpreted and compiled code, so that runs would not repeat");

    @ArchTest
    static final ArchRule nothingRestsOnTheCommandLine = noClasses()
            .that()
            .resideOutsideOfPackage("..cli..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.llamadl4j..cli..")
            .because("a command never computes: what it does is there for programs too");

    @ArchTest
    static final ArchRule packagesOfModelFormNoCycle = packagesFormNoCycle("org.llamadl4j.model");

    @ArchTest
    static final ArchRule packagesOfTrainFormNoCycle = packagesFormNoCycle("org.llamadl4j.train");

    @ArchTest
    static final ArchRule packagesOfEvalFormNoCycle = packagesFormNoCycle("org.llamadl4j.eval");

    @ArchTest
    static final ArchRule packagesOfNotebookFormNoCycle = packagesFormNoCycle("org.llamadl4j.notebook");

    /** But for the kernel, which has to quiet IJava's own. */
    @ArchTest
    static final ArchRule logsGoThroughSlf4j = noClasses()
            .that()
            .areNotAssignableTo(KernelMain.class)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("java.util.logging");

    @ArchTest
    static final ArchRule onlyTheProgramExits = noClasses()
            .that()
            .areNotAssignableTo(Main.class)
            .and()
            .areNotAssignableTo(KernelMain.class)
            .should(callMethod(System.class, "exit", int.class))
            .orShould(callMethod(Runtime.class, "exit", int.class))
            .orShould(callMethod(Runtime.class, "halt", int.class));

    @ArchTest
    static final ArchRule namesSayWhatAClassIs = noClasses()
            .should()
            .haveSimpleNameEndingWith("Manager")
            .orShould()
            .haveSimpleNameEndingWith("Helper")
            .orShould()
            .haveSimpleNameEndingWith("Util")
            .orShould()
            .haveSimpleNameEndingWith("Utils");

    @ArchTest
    static final ArchRule noStateIsStatic = fields().that().areStatic().should().beFinal();

    @ArchTest
    static final ArchRule everyPackageSaysWhatItIsFor = classes().should(new ArchCondition<>("have a package-info") {
        @Override
        public void check(JavaClass item, ConditionEvents events) {
            String folder = item.getPackageName().replace('.', '/');
            boolean present = MODULES.stream()
                    .anyMatch(module -> Files.exists(
                            module.resolve("src/main/java").resolve(folder).resolve("package-info.java")));
            if (!present) {
                events.add(SimpleConditionEvent.violated(item, "no package-info.java in " + item.getPackageName()));
            }
        }
    });

    /** Packages directly below {@code module}, each with what lies below it, and {@code module} itself. */
    private static ArchRule packagesFormNoCycle(String module) {
        SliceAssignment packages = new SliceAssignment() {
            @Override
            public SliceIdentifier getIdentifierOf(JavaClass javaClass) {
                String name = javaClass.getPackageName();
                if (name.equals(module)) {
                    return SliceIdentifier.of("(itself)");
                }
                return name.startsWith(module + ".")
                        ? SliceIdentifier.of(name.substring(module.length() + 1).split("\\.")[0])
                        : SliceIdentifier.ignore();
            }

            @Override
            public String getDescription() {
                return "packages of " + module;
            }
        };
        return slices().assignedFrom(packages).should().beFreeOfCycles().allowEmptyShould(true);
    }

    /** Classes of other modules' tests come in a jar of their own. */
    static final class WithoutTests implements ImportOption {

        @Override
        public boolean includes(Location location) {
            return !location.contains("/test-classes/") && !location.contains("-tests.jar");
        }
    }
}
