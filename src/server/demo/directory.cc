#include "server/demo/world.h"

namespace weft::server::demo {

std::string_view demo_directory() {
  return R"yaml(# Who is who in the demo. weft watches this file: change it and see.
people:
  mkovac:   {name: Mara Kovač, mail: mara.kovac@meridian.example}
  jlindqvist: {name: Jonas Lindqvist, mail: jonas.lindqvist@meridian.example}
  trivera:  {name: Tomás Rivera, mail: tomas.rivera@meridian.example}
  aokafor:  {name: Adaeze Okafor, mail: adaeze.okafor@meridian.example}
  hsato:    {name: Hana Sato, mail: hana.sato@meridian.example}
  pnowak:   {name: Piotr Nowak, mail: piotr.nowak@meridian.example}
  ldubois:  {name: Léa Dubois, mail: lea.dubois@meridian.example}
  rmehta:   {name: Rohan Mehta, mail: rohan.mehta@meridian.example}
  gfischer: {name: Greta Fischer, mail: greta.fischer@meridian.example}
teams:
  execution-team:
    name: Execution
    members: [trivera, aokafor]
    mail: execution-data@meridian.example
    chat: {name: "#execution-data", url: "https://chat.meridian.example/execution-data"}
    on_call: trivera
  edge-team:
    name: Edge
    members: [hsato, pnowak]
    mail: edge@meridian.example
    chat: {name: "#edge", url: "https://chat.meridian.example/edge"}
    on_call: pnowak
  membership-team:
    name: Membership
    members: [ldubois, rmehta]
    mail: membership@meridian.example
    chat: {name: "#membership", url: "https://chat.meridian.example/membership"}
    on_call: ldubois
  analytics-team:
    name: Analytics
    members: [mkovac, jlindqvist]
    mail: analytics@meridian.example
    chat: {name: "#analytics-data", url: "https://chat.meridian.example/analytics-data"}
    on_call: mkovac
  data-governance:
    name: Data governance
    members: [gfischer]
    mail: data-governance@meridian.example
    chat: {name: "#data-governance", url: "https://chat.meridian.example/data-governance"}
domains:
  execution:
    name: Execution
    description: Orders and fills, from the customer's click to the venue.
    teams: [execution-team]
    topics: [stocktrades, "execution.*"]
  edge:
    name: Edge
    description: What the web servers see.
    teams: [edge-team]
    topics: [pageviews, "edge.*"]
  membership:
    name: Membership
    description: Who our users are.
    teams: [membership-team]
    topics: [users, "membership.*"]
  analytics:
    name: Analytics
    description: Streams derived from the others, for decisions.
    teams: [analytics-team]
    topics: [high_value_stock_trades, "analytics.*"]
governors: [data-governance]
)yaml";
}

}  // namespace weft::server::demo
