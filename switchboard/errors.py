"""What was refused, told to somebody at a terminal: what, why and what to do, one sentence after another."""

from foundation.errors import SwitchboardError

SENTENCES = {
    "settings_missing": "A setting is missing: {mend}.",
    "settings_malformed": "A setting cannot be read: {mend}.",
    "database_missing": "There is no database at {url}. Make it: switchboard migrate",
    "database_unreachable": "The database at {url} cannot be used: {why}. Mend it, or set DATABASE_URL to another.",
    "database_not_migrated": "The database at {url} has another version's schema. Bring it here: switchboard migrate",
    "world_refused": "{count} in the world file, so nothing was done. Mend what is named here and try again:\n{faults}",
    "file_missing": "There is no file {file}. Name one that is there, or the key of a stored roster.",
    "roster_choice": "{file} holds {count} rosters: {rosters}. Name one: --roster {example}",
    "roster_file_empty": "{file} holds no roster. Write one under [[rosters]].",
    "roster_unknown": "There is no roster {key!r}, neither as a file nor in the database. Known rosters: {known}.",
    "change_in_the_past": "{moment} is past, and what has been stays on record. Give --when a later moment, or now.",
    "moment_unreadable": "{moment!r} is neither now nor next-handoff, and {why}",
    "case_unknown": "There is no case {number!r}. List them: switchboard case list",
    "case_is_over": "Case {number} is {status}, and its clocks with it. Have it reopened first.",
    "case_not_waiting": "Case {number} does not wait: it is {status}. Let it wait: switchboard case pause {number} --reason ...",
    "resume_too_early": "{resume_at} is not after now, {at}. Give --resume-at an instant that is still to come.",
    "not_an_upgrade": "Case {number} is served as {before}, and {after} is no better. Name a better tier.",
    "calendar_unknown": "There is no calendar {key!r} in the database. Known calendars: {known}.",
    "cover_unknown": "{why} List them: switchboard roster cover list --state all",
    "cover_taken": "{why}",
    "cover_refused": "{why}",
    "code_wrong": "That is not the code that {key} was sent, or it holds no longer. Send another: switchboard technician verify send {key}",
    "call_unknown": "There is no call {sid!r}. List them: switchboard call list",
    "hunt_unknown": "There is no hunt {id!r}. List them: switchboard hunt list",
    "technician_unknown": "There is no technician {key!r}. Known technicians: {known}.",
    "technician_not_on_roster": "{technician} is in no layer of roster {roster}, so time off there changes nothing. Name another.",
    "feed_of_nobody": "A feed needs somebody to show. Give --technician KEY, --roster KEY, or both.",
    "feed_unknown": "There is no feed {id}. List them: switchboard calendar feed list",
    "feed_revoked": "Feed {id} has been revoked before. Nothing is left to do.",
    "calendar_unreadable": "The calendar {source} cannot be read: {why}. Name a file or an address that can.",
    "calendar_too_large": "The calendar {source} is larger than {limit}. Export a shorter range.",
    "calendar_malformed": "{source} is no calendar (iCalendar, RFC 5545): {why}. Export it again.",
    "time_off_refused": "Refused: {count}, as printed, so nothing was imported. Mend them, or leave them out: --skip-refused",
    "holidays_unknown": "No holidays are known for {place!r}. Give a country as in ISO 3166, such as US or US-CA.",
    "facts_unreadable": "{file} cannot be read: {why}. Mend it there.",
    "facts_refused": "{file}: {why}",
    "window_backwards": "The window ends at {end}, not after its start {start}. Give --to a later instant than --from.",
    "calendar_never_opens": "No due instant: {why}. Give the calendar windows that open.",
    "flow_unknown": "There is no flow {flow!r}. Known flows: {known}.",
    "flow_faults": "{count} in the flows; none of them may go live. Mend what is named above.",
    "step_impossible": "Step {step!r} is not possible here: {why}",
    "port_taken": "Port {port} of {host} is taken. Stop what holds it, or choose another: {option}",
    "child_died": "The {name} process ended {times} times in a row; its last words are in {log}:\n{words}",
    "child_silent": "The {name} process did not answer within {seconds} s; its words are in {log}:\n{words}",
    "docs_elsewhere": "There is no folder {folder!r} here. Run this at the top of the repository.",
}
"""One template for each code that a command can meet; the facts of the refusal fill it."""


def told(refusal: SwitchboardError) -> str:
    """Write a refusal as sentences; a code without a template is written with its facts."""
    template = SENTENCES.get(refusal.code)
    return str(refusal) if template is None else template.format(**refusal.facts)
