package org.llamadl4j.notebook.display;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.llamadl4j.model.tokenizer.Tokenizer;

/**
 * A text cut into its pieces, in colours; the id of a piece shows where the pointer rests on it.
 *
 * @param pieces each token as the vocabulary spells it; a space is the character U+2581
 * @param ids the token of each piece
 */
public record TokenizedText(List<String> pieces, List<Integer> ids) implements Display {

    /** So many that neighbours always differ; light, for black letters. */
    private static final List<String> COLOURS =
            List.of("#cfe2f3", "#fde2c4", "#d9ead3", "#f4cccc", "#e1d7ee", "#fff2b3");

    public TokenizedText {
        pieces = List.copyOf(pieces);
        ids = List.copyOf(ids);
    }

    /** The pieces of {@code text}. */
    public static TokenizedText of(Tokenizer tokenizer, String text) {
        int[] ids = tokenizer.encode(text);
        List<String> pieces = new ArrayList<>();
        for (int id : ids) {
            pieces.add(tokenizer.piece(id));
        }
        return new TokenizedText(pieces, Arrays.stream(ids).boxed().toList());
    }

    @Override
    public Map<String, String> data() {
        StringBuilder html = new StringBuilder("<div style=\"line-height:2.1;max-width:60em\">");
        for (int i = 0; i < pieces.size(); i++) {
            html.append(
                    "<span title=\"%d\" style=\"background:%s;color:#222;border-radius:3px;padding:2px 3px;margin:0 1px;white-space:pre\">%s</span>\u200b"
                            .formatted(
                                    ids.get(i), COLOURS.get(i % COLOURS.size()), visible(Html.escape(pieces.get(i)))));
        }
        return Map.of(
                HTML,
                html.append("</div><div>%,d pieces</div>".formatted(pieces.size()))
                        .toString());
    }

    private static String visible(String piece) {
        return piece.replace("\u2581", "<span style=\"color:#999\">\u2581</span>")
                .replace("\n", "\u23ce");
    }

    /** The pieces with bars between them. */
    @Override
    public String toString() {
        return String.join("|", pieces);
    }
}
