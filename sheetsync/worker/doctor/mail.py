"""The way mails leave, and the people they go to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sheetsync.domain.rules import Rulebook
from sheetsync.errors import SheetsyncError
from sheetsync.messages.smtp import SmtpSettings, SmtpTransport
from sheetsync.worker.doctor.diagnosis import Diagnosis, Patient, bad, note, ok, warn
from sheetsync.worker.previewing import owner_template_problems

_TRIAL: Final = ("example.org", "example.com", "example.net")


def mail_checks(patient: Patient, *, try_it: bool) -> Iterator[Diagnosis]:
    """The mode, and for SMTP the sender and (`try_it`) a call that sends nothing."""
    mail = patient.config.mail
    if mail.mode == "off":
        yield warn(
            "mail", "Mail is off: escalations reach nobody.", "Set mail: mode to folder or smtp."
        )
        return
    if mail.mode == "folder":
        yield note(
            "mail", f"Mails become files in {mail.folder.resolve()}; nobody gets them.",
            "When they look right, set mail: mode to smtp.",
        )  # fmt: skip
        return
    yield ok(
        "mail", f"Mails leave through {mail.host}:{mail.server_port} ({mail.tls}) as {mail.from_}."
    )
    if mail.only_to:
        yield note(
            "mail", f"Only {', '.join(mail.only_to)} get mails (only_to); others are held back."
        )
    if _is_trial(str(mail.from_)):
        yield warn(
            "mail", f"The sender {mail.from_} is a placeholder.", "Set mail: from to a real one."
        )
    yield note(
        "mail",
        "Signing (DKIM) and the list of allowed senders (SPF) are the duty of your mail server, not of "
        "sheetsync.",
        "If mails land in spam, ask who runs it.",
    )
    if try_it:
        yield _called(patient)
    else:
        yield note(
            "mail", "The mail server was not called.", "Call it with sheetsync doctor --mail."
        )


def _called(patient: Patient) -> Diagnosis:
    mail = patient.config.mail
    try:
        settings = SmtpSettings(
            host=str(mail.host),
            port=mail.server_port,
            tls=mail.tls,
            username=mail.username or "",
            password=mail.password.resolve(patient.environment) if mail.password else "",
            timeout=mail.timeout.total_seconds(),
            cafile=mail.ca_file,
        )
        trouble = SmtpTransport(settings).try_out()
    except SheetsyncError as problem:
        return bad("mail", str(problem), "Correct the mail section of the configuration.")
    if trouble:
        return bad("mail", trouble, "Check host, port, tls, username and password under mail.")
    login = f" and accepts {mail.username}" if mail.username else ""
    return ok("mail", f"The mail server answers{login}. Nothing was sent.")


def letter_checks(patient: Patient, rules: Rulebook | None) -> Iterator[Diagnosis]:
    """The owner's own templates, and who speaks in letters to customers."""
    config = patient.config
    problems = owner_template_problems(config)
    for problem in problems:
        yield bad("letters", f"{problem}.", "Correct it, then look with sheetsync preview.")
    if config.templates and not problems and any(config.templates.rglob("*.j2")):
        yield ok("letters", f"The templates in {config.templates.resolve()} can all be used.")
    brand = config.brand
    if rules is not None and rules.notifications.active and not (brand.name and brand.email):
        yield warn(
            "letters", "Letters to customers do not say who writes and where questions go.",
            "Set name and email under brand: in the configuration, then look with sheetsync preview.",
        )  # fmt: skip


def people_checks(patient: Patient, rules: Rulebook) -> Iterator[Diagnosis]:
    """Placeholders among the people who are told."""
    trial = sorted(
        {
            address
            for person in rules.escalation.people.values()
            for address in (*person.addresses, *person.directory.values())
            if _is_trial(address)
        }
    )
    if trial:
        where = "rules/escalation.yaml" if patient.config.rules else "a copy of the shipped rules"
        yield warn(
            "people", f"These addresses are placeholders: {', '.join(trial)}.",
            f"Put your own people into {where} before any mail is meant to arrive.",
        )  # fmt: skip
    else:
        yield ok(
            "people",
            f"{len(rules.escalation.people)} roles have addresses, or a fallback that has.",
        )


def _is_trial(address: str) -> bool:
    return address.rpartition("@")[2].casefold() in _TRIAL
