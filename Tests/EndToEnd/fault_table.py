"""Every fault that the gateway has to bear: what is expected of it, within what bound, and the tests that hold it.

A test is `test_file.py::name`, or for one in Swift `Module/File.swift::name`, below `Tests`. What an upstream does to
one look-up has a table of its own, `fault_rows.py`, whose rows test_faults.py runs.
"""

ROWS = "test_faults.py::test_a_fault_is_told_in_time_and_forgotten_when_it_ends"
BAD_NAME, NOWHERE = "test_bad_input.py::test_refuses_a_bad_name", "test_bad_input.py::test_has_nothing_elsewhere"
FRAMING = "test_framing.py::test_refuses_once_and_closes"

UPSTREAM = {
    "latency of 0 to 10 s": ("200 late, 504 beyond upstream.timeout; other names go on", "upstream.timeout", [
        ROWS, "test_single_flight.py::test_different_jobs_are_not_held_up_by_a_slow_one"]),
    "hang": ("504, or 200 stale and labelled", "upstream.timeout + 10 %", [
        ROWS, "test_outage.py::test_what_was_seen_is_served_whatever_ails"]),
    "kept connections gone silent": ("200 on a fresh connection", "half of upstream.timeout", [
        "test_silence.py::test_kept_connections_that_go_silent_cost_an_attempt_and_not_the_look_up",
        "TranscribeTests/AttemptTimeTests.swift::eachAttemptButTheLastHasHalfOfWhatIsLeftAndASecondAtLeast"]),
    "connection refused": ("502", "1 s", ["test_unreachable.py::test_a_refused_connection"]),
    "connection black-holed": ("504", "upstream.timeout", [
        "test_unreachable.py::test_a_connection_that_is_never_made"]),
    "reset before, within, after the head": ("502 after retries", "upstream.attempts", [ROWS]),
    "idle connections closed": ("200, repeated on a fresh connection", "-", [
        ROWS, "CurlTests/ConnectionTests.swift::survivesAServerThatClosesEachConnectionAsItIsUsedAgain"]),
    "500, 503, InternalFailure": ("502 after retries, their number bounded for all", "upstream.attempts", [
        ROWS, "TranscribeTests/RetryTests.swift::stopsRetryingForAllWhenTheQuotaIsSpent"]),
    "503 with Retry-After": ("obeyed", "upstream.timeout", ["TranscribeTests/RetryTests.swift::obeysRetryAfterOf503"]),
    "unknown job": ("404, remembered briefly, replaces what was cached", "1 call", [
        ROWS, "test_faults.py::test_an_unknown_job_is_remembered_briefly",
        "test_outage.py::test_a_job_that_is_gone_is_gone_though_it_was_seen"]),
    "throttling": ("503 + Retry-After, rate lowered; cached names 200", "3 calls a look-up, falling", [
        ROWS, "test_faults.py::test_throttling_is_amazons_and_says_when_to_come_back",
        "test_throttling.py::test_throttling_lowers_the_rate_and_its_end_restores_it"]),
    "malformed, truncated, empty, HTML, wrong shape, deep, another job": ("502, nothing cached", "1 s", [ROWS]),
    "huge and endless answers": ("502, hung up on at 1 MiB", "1 s", [
        ROWS, "test_faults.py::test_an_answer_without_an_end_is_hung_up_on",
        "test_endurance.py::test_a_thousand_faults_leave_nothing_behind"]),
    "redirect": ("502, not followed", "1 call", [ROWS, "CurlTests/ResponseReaderTests.swift::followsNoRedirect"]),
    "gzip bomb": ("502, not inflated", "1 call", [ROWS, "CurlTests/ResponseReaderTests.swift::refusesAnEncodedResponse"]),
    "AccessDenied": ("502, also for what was seen", "1 call", [
        ROWS, "test_outage.py::test_a_revoked_role_stops_seeing_data"]),
    "expired or unknown credentials": ("one refresh, one retry, then 502; never 401 or 403", "2 calls", [
        ROWS, "test_rotation.py::test_a_refused_key_is_replaced_when_it_can_be",
        "AWSCredentialsTests/Refresh/RefreshStateReplacementTests.swift::fetchesOnceForAllRejectedCallers"]),
    "credentials file rotated under load": ("no failed request", "1 call more", [
        "test_rotation.py::test_no_request_fails_while_the_file_is_replaced_under_load",
        "test_rotation.py::test_a_file_that_is_replaced_is_read_again_when_the_old_key_is_refused"]),
    "clock skewed by 10 minutes": ("200", "1 call more", [
        ROWS, "test_faults.py::test_the_clock_is_corrected_once"]),
    "DNS failure, slow DNS": ("502, 504", "upstream.timeout", [
        "test_unreachable.py::test_a_host_without_an_address",
        "test_unreachable.py::test_a_name_server_that_says_nothing"]),
    "TLS: wrong name, expired, unknown authority, old version, none": ("502, nothing sent, reason logged", "2 s", [
        "test_unreachable.py::test_tls_with"]),
    "no authorities, or a bundle without any": ("status 78, variable and file named", "at the start", [
        "test_authorities.py::test_a_bundle_that_is_of_no_use_ends_the_start",
        "test_authorities.py::test_a_machine_without_authorities"]),
    "a credential_process that fails, or leaves a process with its output": (
        "its standard error told, without secrets; the process named", "1 s", [
            "test_process_source.py::test_doctor_and_serve_tell_what_a_program_wrote",
            "test_process_source.py::test_a_program_that_leaves_a_process_with_its_output_is_told_so"]),
    "a proxy that refuses": ("502, the proxy named", "1 call", [
        "test_proxies.py::test_a_proxy_that_refuses_is_named"]),
    "TLS handshake stalls": ("504", "upstream.timeout", ["test_unreachable.py::test_a_handshake_that_stalls"]),
    "outage": ("200 for all that was seen, labelled; recovery without a burst", "5 s", [
        "test_outage.py::test_an_outage_costs_no_answer_and_ends_without_a_burst",
        "test_outage.py::test_a_stale_answer_says_so_in_the_words_of_rfc_9211"]),
    "response splitting by upstream strings": ("no such header", "-", [ROWS]),
    "fifty callers with a thousand cold names": ("the configured rate, shared", "rate in each second", [
        "test_fair_share.py::test_fifty_callers_with_a_thousand_cold_names_each_share_what_aws_gives",
        "test_fair_share.py::test_a_client_that_asks_for_much_takes_nothing_from_clients_that_ask_for_little"]),
    "stampede": ("one call", "1 call", ["test_single_flight.py::test_five_hundred_requests_make_one_call"]),
}

CLIENTS = {
    "slow header": ("cut", "listen.requestTimeout", [
        "test_framing.py::test_ends_a_request_that_trickles_in",
        "MicroHTTPDTests/LimitTests.swift::endsAHeaderThatTricklesIn",
        "test_listener.py::test_a_thousand_slow_requests_delay_no_other_and_end"]),
    "slow reader": ("cut", "listen.idleTimeout", ["test_listener.py::test_a_client_that_takes_no_answers_is_let_go"]),
    "slow body": ("405 and close, before the content", "100 ms", ["test_bad_input.py::test_allows_get_and_head_only"]),
    "half-open": ("answered", "-", [
        "test_connections.py::test_a_client_that_sends_no_more_gets_its_answer_and_leaves_nothing_behind",
        "test_listener.py::test_half_open_connections_without_a_whole_request_end_soon"]),
    "client gone while it waits": ("no crash, no leak", "upstream.timeout", [
        "MicroHTTPDTests/SuspendedRequestTests.swift::survivesClientsThatLeaveWhileTheyWait",
        "test_single_flight.py::test_a_fetch_outlives_the_client_that_began_it",
        "test_listener.py::test_clients_that_go_while_they_wait_leave_nothing_behind"]),
    "more connections than allowed": ("they wait; operators are answered", "listen.idleTimeout", [
        "test_listener.py::test_at_the_limit_others_wait_until_idle_ones_go",
        "MicroHTTPDTests/LimitTests.swift::servesTheNextClientWhenAPlaceBecomesFree"]),
    "more from one client than allowed": ("429 + Retry-After", "-", [
        "test_faults.py::test_a_client_over_its_limit_is_told_when_to_come_back"]),
    "more misses than the budget": ("503 + Retry-After", "-", ["test_faults.py::test_the_budget_for_amazon_is_kept"]),
    "long target, many or long fields": ("414, 431 and close", "-", [
        "test_bad_input.py::test_refuses_a_path_of_10_kilobytes", "test_bad_input.py::test_refuses_200_header_fields",
        "test_one_answer.py::test_what_the_library_refuses_is_logged_and_counted"]),
    "a thousand pipelined requests": ("answered in order", "-", [
        "test_connections.py::test_pipelined_requests_are_answered_in_order"]),
    "smuggling": ("400 or 501 and close, never a second answer", "-", [
        FRAMING, "test_corpus.py::test_the_corpus_passes"]),
    "content with GET": ("400 and close", "-", ["test_bad_input.py::test_takes_no_content_with_get"]),
    "odd paths": ("400 or 404, no call", "0 calls", [BAD_NAME, NOWHERE]),
    "odd names": ("400; 200 characters are served", "0 calls", [
        BAD_NAME, "test_connections.py::test_the_longest_name_and_every_character_of_names_reach_the_upstream"]),
    "odd queries, fragments, absolute form": ("400; absolute form served", "0 calls", [
        "test_bad_input.py::test_refuses_a_bad_query", "test_bad_input.py::test_refuses_a_bad_target_and_closes",
        "test_connections.py::test_an_absolute_target_is_served"]),
    "HEAD": ("as GET, no content", "-", ["test_connections.py::test_head_says_what_get_says_without_the_content"]),
    "preflight": ("204, named origins only", "0 calls", [
        "GatewayTests/FixedRepliesTests.swift::answersAPreflight",
        "GatewayTests/FixedRepliesTests.swift::letsNamedOriginsReadAnswersAndNoOthers"]),
    "other methods": ("405 + Allow", "0 calls", ["test_bad_input.py::test_allows_get_and_head_only"]),
    "conditions": ("304", "-", ["test_connections.py::test_what_the_client_has_is_not_sent_again"]),
    "other versions of HTTP": ("served and closed, or 505", "-", [
        "test_connections.py::test_http_1_0_is_answered_and_closed",
        "test_one_answer.py::test_what_the_library_refuses_is_logged_and_counted"]),
    "log injection": ("one JSON line each", "-", [
        "test_privacy.py::test_each_request_is_one_line_of_json_whatever_it_holds"]),
    "spoofed X-Forwarded-For": ("believed of proxies only", "-", [
        "test_clients.py::test_a_stranger_is_not_believed_and_causes_one_warning"]),
    "damaged requests": ("no crash, no 5xx, no hang", "-", ["test_mutations.py::test_damaged_requests_do_no_harm"]),
}

PROCESS = {
    "SIGTERM under load": ("no failed answer, exit 0", "drain.timeout", [
        "test_stopping.py::test_nothing_accepted_is_lost_under_load",
        "test_stopping.py::test_an_idle_gateway_stops_at_once"]),
    "SIGTERM while the upstream hangs": ("503, exit 0", "drain.timeout", [
        "test_stopping.py::test_requests_that_wait_for_an_upstream_that_hangs_are_answered"]),
    "SIGHUP, SIGPIPE, SIGUSR1": ("nothing", "-", ["test_process.py::test_a_signal_that_asks_for_nothing_ends_nothing"]),
    "SIGKILL": ("ready again", "1 s", ["test_process.py::test_one_that_was_killed_is_back_at_once"]),
    "too few descriptors": ("78, or fewer connections; no spinning", "5 s to recover", [
        "test_scarcity.py::test_too_few_descriptors_are_told_before_anything_listens",
        "test_scarcity.py::test_more_clients_than_descriptors_wait_and_cost_nothing",
        "test_listener.py::test_running_out_of_descriptors_is_survived"]),
    "large jobs": ("memory bounded by cache.capacity", "-", [
        "test_scarcity.py::test_large_jobs_take_no_more_memory_than_the_cache_may"]),
    "log blocked, reader gone, disk full": ("requests go on", "-", [
        "test_process.py::test_a_log_without_a_reader_stops_no_request",
        "test_process.py::test_a_log_whose_reader_is_gone_stops_no_request",
        "test_process.py::test_a_full_disk_stops_no_request"]),
    "processor starved": ("deadlines kept, probes answered", "upstream.timeout", [
        "test_scarcity.py::test_a_machine_that_is_busy_keeps_its_time"]),
    "wall clock jumps an hour": ("lifetimes and deadlines as before", "1 call more", [
        "test_scarcity.py::test_a_clock_that_jumps_ends_no_lifetime"]),
    "bad configuration": ("78, one line that names the key", "1 s", [
        "test_commands.py::test_a_bad_setting_is_refused_in_one_sentence",
        "test_commands.py::test_serve_refuses_an_environment_before_it_listens",
        "test_commands.py::test_a_port_that_is_taken_is_a_bad_setting"]),
    "a thousand faults": ("descriptors, threads and memory as before", "-", [
        "test_endurance.py::test_a_thousand_faults_leave_nothing_behind"]),
}

FAULTS = UPSTREAM | CLIENTS | PROCESS
