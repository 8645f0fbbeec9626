package org.llamadl4j.eval.task;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import lombok.experimental.UtilityClass;
import org.llamadl4j.eval.data.Row;
import org.llamadl4j.eval.data.RowFormat;
import org.llamadl4j.eval.data.RowSource;
import org.llamadl4j.eval.metric.Metric;
import org.llamadl4j.eval.metric.Rule;

/** WinoGender (Rudinger et al., 2018): whom a pronoun means, a person of some occupation or another participant. */
@UtilityClass
public class WinoGender {

    private static final String FORM =
            "OCCUPATION.PARTICIPANT.0.female.txt<TAB>SENTENCE under the names sentid, sentence";

    /** Occupation, participant, which of them is meant, and the gender of the pronoun. */
    private static final Pattern ID = Pattern.compile("([^.]+)\\.([^.]+)\\.([01])\\.(male|female|neutral)\\.txt");

    private static final Map<String, Set<String>> PRONOUNS = Map.of(
            "male", Set.of("he", "him", "his"),
            "female", Set.of("she", "her", "hers"),
            "neutral", Set.of("they", "them", "their", "theirs"));

    private static final Pattern WORD = Pattern.compile("\\p{L}+");

    /** The task. */
    public Task task() {
        return RowTask.builder()
                .name("winogender")
                .title("WinoGender")
                .questions(RowSource.file(RowFormat.TSV, FORM, "winogender-all_sentences.tsv", "all_sentences.tsv"))
                .groups(row -> List.of("winogender_" + id(row).group(4)))
                .examples(Shots.none())
                .asking(MultipleChoice.of(WinoGender::question)
                        .scored(Metric.paper("acc"), ChoiceScoring.PER_CHARACTER)
                        .scored(Metric.harness("acc"), ChoiceScoring.LIKELIEST))
                .build();
    }

    /** The harness's quotes are typographic. */
    private ChoiceQuestion question(Row row, Rule rule) {
        Matcher id = id(row);
        String pronoun = pronoun(row, PRONOUNS.get(id.group(4)));
        String capitalised = pronoun.substring(0, 1).toUpperCase(Locale.ROOT) + pronoun.substring(1);
        String quoted = rule == Rule.PAPER ? "'" + capitalised + "'" : "\u2018" + capitalised + "\u2019";
        return ChoiceQuestion.of(
                row.someText("sentence") + " " + quoted + " refers to the",
                List.of(id.group(1), id.group(2)),
                Integer.parseInt(id.group(3)));
    }

    private Matcher id(Row row) {
        return row.match("sentid", ID, "OCCUPATION.PARTICIPANT.0 or 1.male, female or neutral.txt");
    }

    private String pronoun(Row row, Set<String> pronouns) {
        List<String> found = WORD.matcher(row.someText("sentence"))
                .results()
                .map(MatchResult::group)
                .map(word -> word.toLowerCase(Locale.ROOT))
                .filter(pronouns::contains)
                .toList();
        if (found.size() != 1) {
            throw row.wrong("field `sentence` has %d of the pronouns %s, not one", found.size(), pronouns);
        }
        return found.get(0);
    }
}
