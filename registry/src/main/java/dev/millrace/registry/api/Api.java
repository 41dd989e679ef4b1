package dev.millrace.registry.api;

import dev.millrace.registry.agent.Agent;
import dev.millrace.registry.agent.AgentChecks;
import dev.millrace.registry.http.Route;
import dev.millrace.registry.http.Routes;

import java.util.ArrayList;
import java.util.List;

/** All endpoints. A new family of them is added here and nowhere else. */
public final class Api {
    private Api() {}

    public static Routes routes(Agent agent, AgentChecks checks) {
        List<Route> all = new ArrayList<>();
        all.addAll(new AboutRoutes(agent).routes());
        all.addAll(new AgentRoutes(agent, checks).routes());
        all.addAll(new CatalogRoutes(agent).routes());
        all.addAll(new Health(agent).routes());
        return new Routes(all);
    }
}
