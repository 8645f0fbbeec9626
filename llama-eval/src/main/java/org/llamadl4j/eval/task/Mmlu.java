package org.llamadl4j.eval.task;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import lombok.experimental.UtilityClass;
import org.llamadl4j.eval.data.DataFile;
import org.llamadl4j.eval.data.DataFolder;
import org.llamadl4j.eval.data.FoundRows;
import org.llamadl4j.eval.data.Row;
import org.llamadl4j.eval.data.RowFormat;
import org.llamadl4j.eval.data.RowSource;
import org.llamadl4j.eval.metric.Metric;
import org.llamadl4j.model.error.UserError;

/** MMLU (Hendrycks et al., 2020): examinations in 57 subjects of four groups. */
@UtilityClass
public class Mmlu {

    private static final String FORM = "QUESTION,ANSWER A,ANSWER B,ANSWER C,ANSWER D,A";
    private static final List<String> LETTERS = List.of("A", "B", "C", "D");
    private static final String SUBJECT = "subject";
    private static final RowFormat FORMAT = RowFormat.csv("question", "A", "B", "C", "D", "answer");

    /** The group of each subject. */
    private static final Map<String, String> GROUPS = groups();

    /** The task. */
    public Task task() {
        return RowTask.builder()
                .name("mmlu")
                .title("MMLU")
                .questions(new SubjectFiles("test"))
                .groups(row -> List.of("mmlu_" + row.text(SUBJECT), "mmlu_" + GROUPS.get(row.text(SUBJECT))))
                .pooled(true)
                .examples(Shots.builder()
                        .paper(5)
                        .harness(5)
                        .pool(Optional.of(new SubjectFiles("dev")))
                        .inOrder(true)
                        .subject(row -> row.text(SUBJECT))
                        .introduction((row, rule) ->
                                "The following are multiple choice questions (with answers) about %s.\n\n"
                                        .formatted(row.text(SUBJECT).replace('_', ' ')))
                        .build())
                .asking(MultipleChoice.of((row, rule) -> question(row))
                        .scored(Metric.paper("acc"), ChoiceScoring.PER_CHARACTER)
                        .scored(Metric.harness("acc"), ChoiceScoring.LIKELIEST))
                .build();
    }

    private ChoiceQuestion question(Row row) {
        StringBuilder prompt = new StringBuilder(row.someText("question").strip());
        LETTERS.forEach(
                letter -> prompt.append('\n').append(letter).append(". ").append(row.text(letter)));
        return ChoiceQuestion.of(prompt.append("\nAnswer:").toString(), LETTERS, row.label("answer", LETTERS));
    }

    private Map<String, String> groups() {
        Map<String, String> groups = new TreeMap<>();
        RowFormat.CSV
                .read(DataFile.resource(Mmlu.class, "mmlu-subjects.csv"), "subject,group")
                .forEach(row -> groups.put(row.text(SUBJECT), row.text("group")));
        return groups;
    }

    /** A file for each subject. */
    private record SubjectFiles(String part) implements RowSource {

        private static final List<String> FOLDERS = List.of("mmlu/", "data/", "");

        @Override
        public String described() {
            return "mmlu/%s/SUBJECT_%s.csv, %d subjects".formatted(part, part, GROUPS.size());
        }

        @Override
        public Optional<FoundRows> find(DataFolder folder) {
            for (String parent : FOLDERS) {
                List<DataFile> files = new ArrayList<>();
                GROUPS.keySet()
                        .forEach(subject ->
                                folder.find(List.of(name(parent, subject))).ifPresent(files::add));
                if (!files.isEmpty()) {
                    return Optional.of(new FoundRows(files, () -> read(folder, parent, files)));
                }
            }
            return Optional.empty();
        }

        private String name(String parent, String subject) {
            return "%s%s/%s_%s.csv".formatted(parent, part, subject, part);
        }

        private List<Row> read(DataFolder folder, String parent, List<DataFile> files) {
            List<Row> rows = new ArrayList<>();
            for (String subject : GROUPS.keySet()) {
                String name = name(parent, subject);
                DataFile file = files.stream()
                        .filter(candidate -> candidate.name().equals(name))
                        .findFirst()
                        .orElseThrow(() -> UserError.failed(
                                "%s is missing; MMLU has a file for each of %d subjects",
                                folder.root().resolve(name), GROUPS.size()));
                List<Row> questions = FORMAT.read(file, FORM);
                if (questions.isEmpty()) {
                    throw UserError.failed("%s: no question in it; the file was cut short", file.location());
                }
                questions.forEach(row -> rows.add(row.with(SUBJECT, subject)));
            }
            return rows;
        }
    }
}
