#pragma once

#include <string_view>

namespace weft::search_set {

/// What the products of the set are about, a line each:
///   domain <name>: <tags>
///   entity <name>: <what it is>
///   field <name> <type>: <meaning>          of the entity above
inline constexpr std::string_view kVocabulary = R"(
domain payments: money, psd2, treasury
entity payment: money moved from one account to another
field settled_amount decimal: amount after fees, in the currency of the receiving account
field creditor_iban string: account that is paid
field debtor_name string: who pays
field clearing_system string: scheme that carried it, such as SEPA or Fedwire
entity direct_debit: collection that a customer allowed in advance
field mandate_reference string: consent under which it is collected
field collection_date date: day on which the bank pulls the sum
field return_reason string: why the bank sent it back
entity card_authorization: answer of an issuer to a purchase by card
field merchant_category int: four digits that say what a shop sells
field approval_code string: what the issuer answered
field pos_entry_mode string: chip, swipe, contactless or typed
domain trading: markets, mifid, low-latency
entity fill: execution of all or part of an order on a venue
field executed_quantity long: shares in this execution
field venue_mic string: market identifier of the venue
field liquidity_flag string: whether it added or removed liquidity
entity quote: best bid and offer of an instrument
field bid_price decimal: highest price that somebody pays
field ask_price decimal: lowest price that somebody takes
field tick_size decimal: smallest step of the price
entity position: holding of a book in an instrument at the end of a day
field notional_value decimal: face value in the currency of the book
field unrealised_profit decimal: gain that is not booked
field book_code string: trading book that holds it
domain lending: credit, basel, retail-banking
entity loan_application: request of a household for credit
field requested_principal decimal: sum asked for
field debt_to_income double: monthly debt as a share of income
field underwriter_id string: employee who decides
entity mortgage: loan secured by a house
field property_valuation decimal: what an appraiser says the house is worth
field fixed_rate_until date: end of the agreed interest
field amortisation_months int: months until it is paid off
entity collateral: thing of value that secures a loan
field lien_rank int: order in which creditors are served
field appraisal_date date: when it was last valued
field haircut_percent double: discount on its value
domain insurance: actuarial, solvency, claims
entity claim: report of damage by a policy holder
field loss_date date: when the damage happened
field reserve_amount decimal: money set aside for it
field adjuster_id string: employee who settles it
entity policy: insurance contract in force
field annual_premium decimal: price for a year of cover
field deductible decimal: part that the holder bears
field renewal_date date: when the contract goes on
entity fraud_alert: suspicion raised by a model or a person
field suspicion_score double: how sure the model is
field triggering_rule string: which rule fired
field investigator_note string: what the reviewer wrote
domain shipping: freight, customs, supply-chain
entity parcel: box on its way to a customer
field tracking_number string: what the carrier calls it
field gross_weight_grams long: weight with packing
field promised_delivery timestamp: until when the shop said it comes
entity container: steel box on a ship or a train
field seal_number string: seal that was put on the door
field tare_kilograms int: empty weight
field vessel_imo string: number of the ship
entity customs_declaration: paper for goods that cross a border
field tariff_code string: class of the goods in the harmonised system
field declared_value decimal: worth of the goods for duty
field broker_eori string: number of the agent
domain warehousing: inventory, robotics, supply-chain
entity stock_level: units of an article in a place
field on_hand_units long: units that are physically there
field reserved_units long: units promised to orders
field reorder_point long: level at which more is bought
entity pick_task: order to fetch articles from shelves
field bin_location string: aisle, rack and shelf
field picker_badge string: worker or robot that does it
field seconds_to_pick int: time from start to the last article
entity goods_receipt: delivery taken in at a dock
field dock_door string: gate where the truck stood
field damaged_units long: units that were broken on arrival
field purchase_order string: order that it fulfils
domain fleet: telematics, vehicles, maintenance
entity truck_trip: drive of a truck from depot to depot
field odometer_km long: kilometres at the end
field fuel_litres double: diesel used
field driver_hours double: time at the wheel
entity vehicle_fault: error code of an engine or a brake
field diagnostic_code string: code as the maker defines it
field coolant_celsius double: temperature of the engine
field limp_mode boolean: whether speed was cut
entity charging_session: filling the battery of an electric van
field kilowatt_hours double: energy that was taken
field connector_type string: plug of the station
field state_of_charge double: battery in per cent when it ended
domain customs: duties, compliance, trade
entity sanction_hit: name that resembles one on a list
field list_name string: which list has it
field resemblance_score double: how much alike the names are
field cleared_by string: officer who let it pass
entity duty_invoice: bill for import tax
field vat_amount decimal: value added tax in it
field bonded_warehouse string: store where goods wait untaxed
field assessment_date date: when the office set it
domain checkout: shop, conversion, ecommerce
entity cart: things that a visitor wants to buy
field line_item_count int: different articles in it
field coupon_code string: discount that was typed in
field abandoned_after_seconds long: time until the visitor left
entity order: purchase that was placed
field grand_total decimal: what the buyer pays in all
field shipping_method string: way of delivery that was chosen
field gift_message string: words for the receiver
entity refund: money given back for a purchase
field refunded_amount decimal: how much goes back
field original_order_id string: purchase that it is for
field restocking_fee decimal: what the shop keeps
domain merchandising: catalogue, pricing, ecommerce
entity article: thing that the shop sells
field gtin string: number on the barcode
field care_label string: how to wash it
field country_of_origin string: where it was made
entity price_change: new price of an article
field previous_price decimal: price before
field markdown_percent double: how much it went down
field effective_from timestamp: when tills take it
entity assortment: articles that a store carries
field planogram_code string: drawing of the shelf
field facing_count int: how often it stands side by side
field delisting_date date: when it leaves the shelf
domain loyalty: marketing, gdpr, personalisation
entity member: customer with a card of the programme
field tier_name string: silver, gold or platinum
field points_balance long: points not yet spent
field consent_to_email boolean: whether letters may be sent
entity campaign: offer that is sent to many
field audience_size long: how many it reaches
field click_through double: share that followed the link
field creative_variant string: which picture was shown
entity survey_answer: opinion after a purchase
field net_promoter int: zero to ten
field verbatim_comment string: words of the customer
field language_code string: language of the answer
domain stores: retail, footfall, tills
entity till_receipt: slip of a purchase in a store
field cashier_number string: who sat at the till
field tender_type string: cash, card or voucher
field void_reason string: why a line was taken off
entity visitor_count: people that walk through a door
field entrance_name string: door that was counted
field people_inside int: how many are in the store
field dwell_minutes double: how long they stay
domain network: telecom, radio, nms
entity cell_outage: radio cell that does not answer
field sector_azimuth int: direction of the antenna
field affected_subscribers long: customers without service
field alarm_severity string: minor, major or critical
entity call_record: phone call from start to end
field originating_number string: who called
field call_seconds int: length of the call
field release_cause string: why it ended
entity link_utilisation: load of a line between routers
field throughput_mbps double: traffic in the interval
field packet_loss double: share that did not arrive
field interface_index int: port of the router
domain subscribers: telecom, crm, gdpr
entity subscription: contract of a customer for a line
field tariff_plan string: what was agreed
field contract_end date: when it may be left
field sim_iccid string: number on the chip card
entity port_request: wish to take a number to another company
field donor_operator string: company that loses it
field recipient_operator string: company that wins it
field porting_window timestamp: when the number moves
entity roaming_usage: data used abroad
field visited_network string: operator that served
field megabytes_used double: data in both directions
field wholesale_charge decimal: what the other operator bills
domain hospital: health, hl7, patients
entity admission: arrival of a patient in a ward
field ward_code string: unit that takes the patient
field triage_level int: how urgent it is, one to five
field attending_physician string: doctor in charge
entity lab_result: value that a laboratory measured
field loinc_code string: what was measured
field reference_range string: values that are normal
field specimen_type string: blood, urine or swab
entity prescription: medicine that a doctor ordered
field dosage_text string: how much and how often
field atc_code string: class of the active substance
field repeats_allowed int: how often it may be filled again
domain research: health, trials, anonymised
entity trial_visit: examination of a volunteer in a study
field protocol_number string: study that it belongs to
field adverse_event boolean: whether something went wrong
field visit_week int: weeks since the start
entity genome_variant: place where a genome differs
field chromosome string: where it is
field allele_frequency double: how common it is
field pathogenicity string: how harmful it is
domain grid: energy, scada, utilities
entity meter_reading: consumption that a smart meter sends
field register_value double: counter as it stands
field interval_minutes int: length of the period
field estimated boolean: whether it is a guess for a lost value
entity outage_report: place without power
field feeder_name string: line that failed
field customers_restored long: homes that have power again
field crew_dispatched timestamp: when people were sent
entity load_forecast: power that will be needed
field megawatt_expected double: demand in the hour
field temperature_assumed double: weather it is made for
field model_run string: calculation that gave it
domain factory: manufacturing, iot, quality
entity machine_state: what a machine on the floor does
field spindle_rpm int: turns of the tool a minute
field downtime_reason string: why it stands
field shift_name string: early, late or night
entity quality_check: inspection of a piece
field defect_code string: what is wrong with it
field measured_millimetres double: size that was found
field inspector_id string: who looked
entity work_order: job for a line
field planned_quantity long: pieces that are wanted
field scrap_quantity long: pieces that were thrown away
field bill_of_material string: list of the parts
domain travel: booking, airline, hospitality
entity flight_leg: flight from one airport to the next
field departure_gate string: where passengers board
field block_minutes int: time from gate to gate
field tail_number string: registration of the aircraft
entity hotel_booking: nights that a guest reserved
field room_category string: single, double or suite
field check_in_date date: day of arrival
field no_show boolean: whether the guest stayed away
entity baggage_scan: suitcase seen by a reader
field bag_tag string: number on the strip
field carousel_number int: belt where it comes out
field misrouted boolean: whether it went the wrong way
domain hr: people, payroll, gdpr
entity timesheet: hours that an employee worked
field overtime_hours double: hours above the contract
field cost_centre string: who pays for them
field approved_by string: boss who signed
entity job_candidate: person who applies for work
field salary_expectation decimal: what the person asks for
field interview_stage string: how far it got
field source_channel string: where the person heard of it
domain media: streaming, adtech, content
entity playback_session: watching or listening from start to stop
field buffering_seconds double: time spent waiting
field bitrate_kbps int: quality of the stream
field device_family string: television, phone or browser
entity ad_impression: advertisement that was seen
field bid_cents int: what the advertiser paid
field creative_size string: width and height
field viewable_seconds double: time in sight
entity article_view: reading of a story
field scroll_depth double: how far down the reader went
field paywall_shown boolean: whether payment was asked
field referrer_host string: site that sent the reader
)";

/// What happens to an entity: word of the name, and how the description says it.
struct EventWord {
  std::string_view word, text;
};
inline constexpr EventWord kEvents[] = {
    {"created", "Written when a new one comes into being"},
    {"updated", "Written whenever one of its attributes changes"},
    {"cancelled", "Written when somebody calls it off"},
    {"confirmed", "Written when the counterparty agrees"},
    {"rejected", "Written when a check refuses it"},
    {"delayed", "Written when it is late against the plan"},
    {"escalated", "Written when a supervisor has to look"},
    {"reconciled", "Written when ledger and source agree again"},
    {"archived", "Written when it moves to cold storage"},
    {"assigned", "Written when an owner is found for it"},
    {"snapshots", "The whole state once an hour"},
    {"daily_totals", "Sums for each calendar day"},
    {"anomalies", "Those that differ from what statistics expect"},
    {"corrections", "Later repairs of what was reported before"}};

/// Which ones: word of the name, and how the description says it.
inline constexpr EventWord kQualifiers[] = {
    {"emea", "for Europe, the Middle East and Africa"},
    {"apac", "for Asia and the Pacific"},
    {"latam", "for Latin America"},
    {"nordics", "for Sweden, Norway, Denmark and Finland"},
    {"dach", "for Germany, Austria and Switzerland"},
    {"iberia", "for Spain and Portugal"},
    {"sap", "as the ERP sees it"},
    {"salesforce", "as the customer relationship system sees it"},
    {"mainframe", "from the nightly host files"},
    {"mobile", "from the phone application"},
    {"web", "from the browser"},
    {"partner", "as resellers report it"},
    {"masked", "without personal data"},
    {"enriched", "joined with reference data"},
    {"legacy", "from the system that is being replaced"},
    {"test", "synthetic, for rehearsals"}};

inline constexpr std::string_view kPurposes[] = {
    "Feeds the board report on Mondays.",
    "Settlement teams rely on it before noon.",
    "Basis of the churn model.",
    "Used by planners to staff the next shift.",
    "Auditors sample it each quarter.",
    "Drives notifications to customers.",
    "Input of capacity planning.",
    "Replaces the spreadsheet that finance kept.",
    "Read by the data science sandbox.",
    "Needed for regulatory filing.",
    "Shown on the wall screens of the control room.",
    "Trains the demand prediction."};

/// Fields that anybody has.
inline constexpr std::string_view kCommonFields = R"(
field event_id string: unique for each event
field occurred_at timestamp: when it happened in the real world
field recorded_at timestamp: when the source wrote it
field source_system string: application that sent it
field correlation_id string: ties events of one process together
field tenant string: company within the group
field country string: ISO code
field currency string: ISO code of all sums
field customer_id string: whom it is about
field status string: where it stands in its life
field version int: grows with each change
field channel string: how it reached us
field created_by string: user or service
field amount decimal: sum in the given currency
field quantity long: number of pieces
field comment string: free text
field priority int: one is most urgent
field external_reference string: what partners call it
)";

}  // namespace weft::search_set
