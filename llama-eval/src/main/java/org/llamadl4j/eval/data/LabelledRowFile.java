package org.llamadl4j.eval.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Rows in one file, and their right answers in another, a line each. */
record LabelledRowFile(RowFormat format, String form, List<String> labels, List<String> names) implements RowSource {

    static final String LABEL = "label";

    @Override
    public String described() {
        List<String> pairs = new ArrayList<>();
        for (int i = 0; i < names.size(); i += 2) {
            pairs.add(names.get(i) + " with " + names.get(i + 1));
        }
        return String.join(" or ", pairs);
    }

    @Override
    public Optional<FoundRows> find(DataFolder folder) {
        for (int i = 0; i < names.size(); i += 2) {
            Optional<DataFile> questions = folder.find(List.of(names.get(i)));
            Optional<DataFile> answers = folder.find(List.of(names.get(i + 1)));
            if (questions.isPresent() && answers.isPresent()) {
                return Optional.of(new FoundRows(
                        List.of(questions.get(), answers.get()), () -> read(questions.get(), answers.get())));
            }
        }
        return Optional.empty();
    }

    private List<Row> read(DataFile questions, DataFile answers) {
        List<Row> rows = new ArrayList<>();
        try (LineReader lines = new LineReader(answers)) {
            for (Row row : format.read(questions, form)) {
                String label = lines.next();
                if (label == null) {
                    throw lines.wrong("there is no right answer for %s; the file was cut short, or belongs to another"
                            .formatted(row.origin()));
                }
                if (!labels.contains(label.strip())) {
                    throw lines.wrong("`%s` is no right answer; it must be one of %s"
                            .formatted(label, String.join(", ", labels)));
                }
                rows.add(row.with(LABEL, label.strip()));
            }
            String more = lines.next();
            if (more != null && !more.isBlank()) {
                throw lines.wrong(
                        "there are more right answers than questions, %d, in %s; that file was cut short, or belongs to another"
                                .formatted(rows.size(), questions.location()));
            }
        }
        return rows;
    }
}
