"""What residents say -> the topic, with the shipped file; and that nothing else of what they say is kept."""

# ruff: noqa: E501 - a table reads best with a topic on a line

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.call.policy import Policy, Topic
from app.ivr.topics import find, known_words, stems, table
from app.policyfile import load
from tests.policy.small import spoiled

POLICY = load(Path(__file__).parents[2] / "config" / "routing.yaml")
HEARD = {
    "nl": {
        "bijstand": ["bijstand", "ik wil een uitkering aanvragen", "mijn bijstandsuitkering is niet gestort",
                     "ik heb geen inkomen meer", "participatiewet", "uitkeringen"],
        "inkomensondersteuning": ["individuele inkomenstoeslag", "bijzondere bijstand voor een koelkast", "de stadspas",
                                  "minimabeleid", "ik kan niet rondkomen", "ik heb een laag inkomen", "energietoeslag"],
        "schulden": ["ik heb schulden", "schuldhulpverlening", "de deurwaarder staat voor de deur", "huurachterstand",
                     "ik heb een schuld bij de bank", "mijn bewindvoerder"],
        "werk": ["ik ben werkloos geworden", "ik zoek een baan", "mijn werkcoach", "re-integratie", "werk"],
        "inburgering": ["inburgeringscursus", "ik ben statushouder", "ik moet inburgeren"],
        "wmo": ["een traplift", "mijn moeder heeft een scootmobiel nodig", "huishoudelijke hulp", "hulp in de huishouding",
                "de Wmo", "ik wil een rolstoel aanvragen", "trapliften", "dagbesteding voor mijn vader", "thuishulp",
                "aanpassing van de badkamer: badkamer aanpassen", "een woningaanpassing", "ik ben slecht ter been",
                "huishoudelijke hulpen"],
        "vervoer": ["de regiotaxi", "leerlingenvervoer", "vervoer naar het ziekenhuis", "taxipas aanvragen", "wmo taxi"],
        "parkeerkaart_gehandicapten": ["een gehandicaptenparkeerkaart", "invalidenparkeerkaart verlengen",
                                       "gehandicapten parkeerkaart"],
        "jeugd": ["jeugdzorg", "jeugdhulp voor mijn zoon", "ik heb hulp nodig bij de opvoeding", "pleegzorg",
                  "mijn kind heeft autisme", "jeugd zorg", "de leerplichtambtenaar"],
        "pgb": ["mijn pgb", "een persoonsgebonden budget"],
        "mantelzorg": ["ik ben mantelzorger", "mantelzorgcompliment", "ik zoek vrijwilligerswerk"],
        "opvang": ["ik ben dakloos", "huiselijk geweld", "een briefadres"],
        "paspoort": ["mijn paspoort is verlopen", "een nieuw paspoort", "paspoorten voor de kinderen", "ID-kaart",
                     "identiteitskaart", "id kaart aanvragen", "paspoort kwijt", "noodpaspoort"],
        "rijbewijs": ["rijbewijs verlengen", "mijn rij bewijs", "ik ben mijn rijbewijs kwijt", "rijbewijsverlenging"],
        "verhuizing": ["ik ga verhuizen", "verhuizing doorgeven", "ik ben verhuisd", "adreswijziging",
                       "ik wil me inschrijven op een nieuw adres"],
        "uittreksel": ["een uittreksel", "uittreksel bevolkingsregister", "afschrift van mijn geboorteakte", "mijn bsn"],
        "trouwen": ["wij willen trouwen", "ons huwelijk", "geregistreerd partnerschap", "echtscheiding"],
        "geboorte": ["aangifte van geboorte", "mijn baby is geboren", "kind erkennen", "geboorteaangifte"],
        "overlijden": ["mijn man is overleden", "aangifte van overlijden", "de begraafplaats", "grafrechten"],
        "naturalisatie": ["ik wil Nederlander worden", "naturalisatie"],
        "vog": ["een verklaring omtrent het gedrag", "VOG"],
        "verkiezingen": ["mijn stempas is niet gekomen", "waar kan ik stemmen"],
        "digid": ["mijn DigiD"],
        "wonen": ["ik zoek een huurwoning", "urgentieverklaring"],
        "afval": ["de container is niet geleegd", "wanneer wordt het oud papier opgehaald", "vuilnis", "een nieuwe kliko",
                  "de ondergrondse container zit vol", "afvalpas", "plastic zakken", "containers"],
        "grofvuil": ["grofvuil", "grof vuil laten ophalen", "de milieustraat", "een oud matras", "asbest"],
        "parkeren": ["parkeervergunning", "een vergunning voor parkeren: parkeer vergunning", "bezoekersvergunning",
                     "parkeerboete", "ik wil een laadpaal", "parkeervergunningen"],
        "bouwen": ["omgevingsvergunning", "ik wil een dakkapel bouwen", "verbouwing", "vergunning aanvragen",
                   "ik wil een schuur", "bestemmingsplan"],
        "bomen": ["een omgewaaide boom", "kapvergunning", "onkruid", "de eikenprocessierups", "bomen snoeien"],
        "straatverlichting": ["de straatverlichting doet het niet", "kapotte lantaarnpaal", "straatlantaarns"],
        "openbare_ruimte": ["een losse stoeptegel", "gat in de weg", "het riool is verstopt", "gladheid", "een melding doen"],
        "overlast": ["overlast van de buren", "geluidsoverlast", "ratten", "een wespennest", "hangjongeren"],
        "honden": ["hondenpoep", "loslopende hond", "een dode vogel"],
        "evenementen": ["een evenement organiseren", "vergunning voor een evenement", "standplaats op de markt",
                        "buurtbarbecue", "horecavergunning"],
        "belasting": ["gemeentelijke belastingen", "de aanslag", "hondenbelasting", "belasting betalen", "rioolheffing"],
        "woz": ["WOZ", "de WOZ-waarde van mijn huis", "bezwaar tegen de WOZ", "taxatieverslag"],
        "kwijtschelding": ["kwijtschelding", "kwijtschelding van de belasting"],
        "bezwaar": ["bezwaar maken", "ik heb een klacht", "schade aan mijn auto"],
        "algemeen": ["wat zijn de openingstijden", "ik wil een afspraak maken", "adres gemeentehuis"],
    },
    "en": {
        "bijstand": ["welfare benefit", "benefits", "social assistance"],
        "schulden": ["I have debts"],
        "wmo": ["a wheelchair for my mother", "stair lift", "mobility scooter", "domestic help"],
        "jeugd": ["youth care"],
        "paspoort": ["I lost my passport", "passports for the children", "ID card"],
        "rijbewijs": ["renew my driving licence", "my driver's license"],
        "verhuizing": ["I am moving house", "change of address"],
        "trouwen": ["we want to get married"],
        "geboorte": ["register a birth", "newborn"],
        "afval": ["garbage", "the bins were not emptied", "waste container"],
        "grofvuil": ["bulky waste"],
        "parkeren": ["parking permit"],
        "bouwen": ["building permits"],
        "straatverlichting": ["broken street lights"],
        "overlast": ["noise from the neighbours"],
        "belasting": ["municipal taxes"],
        "bezwaar": ["a complaint"],
    },
}  # fmt: skip
ASKED = {
    ("nl", "sociaal"): {
        "wmo": ["het sociaal loket", "het sociaal team", "het sociale wijkteam", "cliëntondersteuning", "mijn man is dement",
                "ik wil mijn toilet aanpassen", "maaltijden aan huis", "ondersteuning thuis", "ik heb hulp thuis nodig",
                "ik ben eenzaam", "een verslaving", "mijn zoon is verslaafd", "de ggz", "ik ben chronisch ziek",
                "mijn moeder kan niet meer alleen wonen", "de wmo-consulent", "mijn consulent van de Wmo"],
        "bijstand": ["werk en inkomen", "mijn klantmanager", "mijn consulent", "mijn vakantiegeld", "een voorschot",
                     "ik wil bezwaar maken tegen mijn uitkering", "bezwaar tegen mijn uitkering"],
        "inkomensondersteuning": ["een tegemoetkoming", "de meerkosten", "ik heb geen geld", "ik heb geen geld meer",
                                  "tegemoetkoming meerkosten chronisch zieken"],
        "schulden": ["ik kan de huur niet betalen", "ik kan mijn huur niet meer betalen"],
        "opvang": ["ik slaap op straat"],
        "jeugd": ["de consulent jeugdzorg", "tegemoetkoming in de kosten van kinderopvang", "jeugd ggz"],
    },
    ("nl", "kcc"): {
        "parkeren": ["een parkeerbon"],
        "uittreksel": ["een levensbewijs", "legalisatie van een handtekening", "mijn handtekening laten legaliseren",
                       "geheimhouding van mijn gegevens", "geheimhouding"],
        "geboorte": ["het gezag over mijn kind", "ouderlijk gezag", "ik wil mijn naam veranderen",
                     "mijn naam laten veranderen", "mijn achternaam veranderen"],
        "trouwen": ["mijn naam veranderen na de scheiding"],
        "overlast": ["mijn fiets is kwijt", "ik ben mijn fiets kwijt"],
        "algemeen": ["een gevonden fiets", "ik heb een fiets gevonden"],
        "wonen": ["vakantieverhuur van mijn huis"],
        "bouwen": ["erfpacht", "ik wil grond kopen van de gemeente", "isolatie", "mijn huis isoleren", "subsidie voor isolatie"],
        "evenementen": ["wanneer is de kermis"],
        "paspoort": ["mijn ID is verlopen"],
    },
    ("en", "sociaal"): {
        "wmo": ["help at home"],
        "schulden": ["I cannot pay my bills", "I can't pay my bills", "I can't pay the rent"],
        "jeugd": ["childcare"],
    },
    ("en", "kcc"): {"paspoort": ["I lost my ID"]},
}  # fmt: skip
"""(language, front office) -> topic -> words that once found no topic, or that words near them could draw elsewhere."""
TABLE = [
    (language, said, topic) for language, topics in HEARD.items() for topic, heard in topics.items() for said in heard
]


def test_the_table_is_long_enough_and_has_every_topic() -> None:
    assert len(TABLE) > 180
    assert HEARD["nl"].keys() == POLICY.topics.keys()


@pytest.mark.parametrize(("language", "said", "topic"), TABLE)
def test_said(language: str, said: str, topic: str) -> None:
    assert find(POLICY, said, language) == topic
    assert find(POLICY, said.upper(), language) == topic


@pytest.mark.parametrize(
    ("language", "office", "said", "topic"),
    [(*way, said, topic) for way, topics in ASKED.items() for topic, heard in topics.items() for said in heard],
)
def test_said_to_the_front_office_that_handles_it(language: str, office: str, said: str, topic: str) -> None:
    assert find(POLICY, said, language) == topic
    assert POLICY.topics[topic].office == office


@pytest.mark.parametrize("said", ["geld", "huis", "mijn naam", "hulp", "het loket", "het toilet", "grond", "ik wil alleen wonen",
                                  "een bekeuring"])  # fmt: skip
def test_words_too_general_for_a_topic_are_none(said: str) -> None:
    assert find(POLICY, said, "nl") is None


@pytest.mark.parametrize("topic", POLICY.topics.values(), ids=lambda topic: topic.id)
@pytest.mark.parametrize("language", ["nl", "en"])
def test_each_word_of_the_file_is_recognised_in_each_language(topic: Topic, language: str) -> None:
    assert {word: find(POLICY, word, language) for word in topic.words} == dict.fromkeys(topic.words, topic.id)


@pytest.mark.parametrize(
    "said", ["", "   ", "goedemorgen", "ik weet het niet", "mevrouw Jansen", "123456782", "'", "\u0301"]
)
def test_nothing_known_is_no_topic(said: str) -> None:
    assert find(POLICY, said, "nl") is None


@pytest.mark.parametrize("said", ["paspoort en rijbewijs", "container bij de traplift", "bouwen of parkeren"])
def test_two_topics_that_fit_equally_well_are_none(said: str) -> None:
    assert find(POLICY, said, "nl") is None


def test_the_longest_phrase_wins() -> None:
    assert find(POLICY, "bijstand", "nl") == "bijstand"
    assert find(POLICY, "bijzondere bijstand", "nl") == "inkomensondersteuning"
    assert find(POLICY, "ik heb bijstand en wil bijzondere bijstand", "nl") == "inkomensondersteuning"


def test_an_unknown_language_and_a_policy_without_words_find_nothing() -> None:
    assert find(POLICY, "paspoort", "xx") is None
    assert known_words(POLICY, "paspoort", "xx") == ()


def test_names_and_numbers_that_were_said_are_dropped() -> None:
    said = "Met Annelies van Wijngaarden, geboren 12-03-1961, mijn BSN is 123456782, het gaat om huishoudelijke hulp"
    assert known_words(POLICY, said, "nl") == ("geboren", "bsn", "huishoudelijke", "hulp")


def test_of_a_longer_word_only_the_known_part_is_kept() -> None:
    assert known_words(POLICY, "rijbewijsverlenging van Pietersen", "nl") == ("rijbewijs",)


def test_a_language_without_a_stemmer_is_matched_by_whole_words() -> None:
    assert stems(["Dzień dobry", "ÇOCUK"], "xx") == ("dzien dobry", "cocuk")
    assert stems(["het", "paspoorten"], "nl") == ("", "paspoort")


def test_accents_and_apostrophes_do_not_matter() -> None:
    policy = load(spoiled("words: [traplift]", "words: [één-oudergezin, foto's]"))
    for said in ("een oudergezin", "een-oudergezinnen", "FOTO\u2019S", "fotos"):
        assert find(policy, said, "nl") == "wmo", said


def test_a_very_long_speech_is_cut_off_and_harmless() -> None:
    assert find(POLICY, "bla " * 1000 + "paspoort", "nl") is None
    assert find(POLICY, "a" * 100_000 + " paspoort", "nl") is None
    assert find(POLICY, "paspoort " + "bla " * 1000, "nl") == "paspoort"


VOCABULARY = [word for topic in POLICY.topics.values() for word in topic.words]
SAID = st.lists(st.sampled_from(VOCABULARY) | st.text(max_size=12), max_size=8).map(" ".join)


@settings(max_examples=300, deadline=None)
@given(SAID, st.sampled_from(["nl", "en", "xx"]))
def test_what_is_kept_leads_to_the_same_topic(said: str, language: str) -> None:
    kept = known_words(POLICY, said, language)
    assert find(POLICY, " ".join(kept), language) == find(POLICY, said, language)
    assert known_words(POLICY, " ".join(kept), language) == kept


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_only_words_of_the_file_are_kept(said: str) -> None:
    table = POLICY.stems["nl"]
    assert all(stems([word], "nl")[0] in table for word in known_words(POLICY, said, "nl"))


def test_a_word_of_two_topics_belongs_to_neither() -> None:
    topics = {
        id_: Topic(id_, {}, "kcc", words) for id_, words in {"a": ("pas", "de"), "b": ("passen", "pas op")}.items()
    }
    assert table(topics, "nl") == {"pas": ""}
    topics["b"] = Topic("b", {}, "kcc", ("pas kwijt",))
    assert table(topics, "nl") == {"pas": "a", "pas kwijt": "b", "kwijt": ""}


def test_the_table_of_a_policy_holds_the_words_inside_its_phrases() -> None:
    policy: Policy = load(spoiled("words: [traplift]", "words: [huishoudelijke hulp]"))
    assert policy.stems["nl"] == {"huishoudelijk hulp": "wmo", "huishoudelijk": "", "hulp": "", "container": "afval"}
