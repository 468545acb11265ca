"""Why an event was not taken: each is an answer somebody gives to the switch or to a person."""


class Unavailable(Exception):
    """The database cannot be reached, or a newer program owns the state: nothing was saved; 503, try again."""


class Overloaded(Unavailable):
    """Events wait too long; this one is not urgent: it was not taken in."""


class Quarantined(Exception):
    """This event cannot be decided or saved; it was set apart, its neighbours were not harmed."""


class Stale(Exception):
    """What was remembered is not the latest, or the event was saved before: nothing was written; read, decide again."""


class UnknownCentre(Exception):
    """No contact centre of this name."""
