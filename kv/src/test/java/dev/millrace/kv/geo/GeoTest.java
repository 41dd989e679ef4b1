package dev.millrace.kv.geo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.kernel.Seeds;
import dev.millrace.kv.Kv;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class GeoTest {
    @RegisterExtension static final Kv kv = Kv.open();

    @BeforeEach
    void two_towns() {
        kv.call("GEOADD", "Sicily", "13.361389", "38.115556", "Palermo");
        kv.call("GEOADD", "Sicily", "15.087269", "37.502669", "Catania");
    }

    @Test
    void places_are_scores() {
        assertEquals("3479099956230698", kv.call("ZSCORE", "Sicily", "Palermo"));
        assertEquals("[sqc8b49rny0]", kv.call("GEOHASH", "Sicily", "Palermo"));
        assertEquals("166274.1516", kv.call("GEODIST", "Sicily", "Palermo", "Catania"));
        assertEquals("103.3182", kv.call("GEODIST", "Sicily", "Palermo", "Catania", "mi"));
    }

    @Test
    void a_search_finds_the_nearest_first() {
        String[] near = "GEOSEARCH Sicily FROMLONLAT 15 37 BYRADIUS 200 km ASC".split(" ");
        assertEquals("[Catania, Palermo]", kv.call(near));
        String[] box = "GEOSEARCH Sicily FROMMEMBER Catania BYBOX 10 10 km".split(" ");
        assertEquals("[Catania]", kv.call(box));
        String[] store =
                "GEOSEARCHSTORE to Sicily FROMLONLAT 15 37 BYRADIUS 200 km STOREDIST".split(" ");
        assertEquals(":2", kv.call(store));
        assertEquals("[Catania, Palermo]", kv.call("ZRANGE", "to", "0", "-1"));
    }

    @Test
    void a_place_is_in_the_cell_of_its_score() {
        Seeds.each(
                1000,
                random -> {
                    double longitude = random.nextDouble(-180, 180);
                    double latitude = random.nextDouble(-85, 85);
                    int steps = random.nextInt(1, GeoHash.STEPS_MAX + 1);
                    GeoHash cell = GeoHash.of(longitude, latitude, steps);
                    GeoHash place = GeoHash.of(longitude, latitude, GeoHash.STEPS_MAX);
                    assertEquals(place, GeoHash.ofScore((double) place.score()));
                    assertEquals(
                            true, cell.score() <= place.score() && place.score() < cell.scoreEnd());
                    assertEquals(true, cell.west() <= longitude && longitude <= cell.east());
                    assertEquals(true, cell.south() <= latitude && latitude <= cell.north());
                });
    }
}
