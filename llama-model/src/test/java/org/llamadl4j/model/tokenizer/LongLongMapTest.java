package org.llamadl4j.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class LongLongMapTest {

    @Property(tries = 200)
    void itHoldsWhatAHashMapHolds(@ForAll List<@LongRange(max = 200) Long> few, @ForAll List<@LongRange Long> any) {
        Map<Long, Long> expected = new HashMap<>();
        LongLongMap map = new LongLongMap(0);
        for (List<Long> keys : List.of(few, any)) {
            for (long key : keys) {
                long value = expected.size();
                expected.put(key, value);
                map.put(key, value);
            }
        }
        assertThat(map.size()).isEqualTo(expected.size());
        expected.forEach((key, value) -> assertThat(map.get(key)).isEqualTo(value));
        for (long absent = 201; absent < 400; absent++) {
            assertThat(map.get(absent)).isEqualTo(expected.getOrDefault(absent, LongLongMap.ABSENT));
        }
    }

    @Test
    void itGrowsAsLongAsKeysCome() {
        LongLongMap map = new LongLongMap(8);
        for (int i = 0; i < 100_000; i++) {
            map.put(LongIntMap.key(i, 7 * i), LongIntMap.key(Integer.MAX_VALUE, i));
        }
        for (int i = 0; i < 100_000; i++) {
            assertThat(map.get(LongIntMap.key(i, 7 * i))).isEqualTo(LongIntMap.key(Integer.MAX_VALUE, i));
            assertThat(map.get(LongIntMap.key(i, 7 * i + 1))).isEqualTo(LongLongMap.ABSENT);
        }
    }
}
