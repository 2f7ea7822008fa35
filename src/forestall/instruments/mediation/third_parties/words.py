"""Words that tell what part of a text is: titles, roles, domestic actors, headings, and words around places."""

import re
from typing import Literal

Role = Literal["signatory", "witness", "mediator", "host", "guarantor", "observer", "supporter", "unknown"]


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ROLE_WORDS: dict[Role, str] = {
    "witness": "witness witnesses witnessed witnessing temoin temoins testigo testigos testemunha presence attended "
    "attending participants attest attested attestation",
    "mediator": "mediator mediators mediated mediation mediating facilitator facilitators facilitated facilitation "
    "facilitating broker brokered brokering auspices chaired chairmanship mediateur mediateurs mediation "
    "facilitateur facilitadores mediador mediadores moderator conciliator aegis convened initiative "
    "brokers facilitate mediate convenor convener chairing",
    "host": "host hosted hosting hosts venue",
    "guarantor": "guarantor guarantors guarantee guarantees guaranteed guaranteeing garant garants garante garantes "
    "guaranty coguarantors",
    "observer": "observer observers observed observing observateur observateurs observador observadores monitor "
    "monitors",
    "supporter": "support supported supporting supporter supporters sponsor sponsors sponsored assisted assistance "
    "accompanying acompanantes accompaniers encouraged thanks appreciation funded",
    "signatory": "signed signatory signatories cosigned signatures signature for pour por behalf",
}
ROLE_OF: dict[str, Role] = {word: role for role, words in _ROLE_WORDS.items() for word in words.split()}

TITLES = _set(
    """
    mr mrs ms miss dr prof professor sir lord lady hon honourable honorable rt right his her their excellency
    excellencies he h e se s son sa shri smt general gen lt lieutenant maj major mgen bgen brig brigadier col colonel
    capt captain cdr commander cde comrade rtd ret retired amb ambassador ambassadors ambassade ambassadeur embajador
    minister ministers ministre ministro deputy vice assistant under acting adviser advisor advisors advisers
    president premier prime chancellor king queen prince sheikh sheik emir amir sultan secretary secretaries state
    foreign affairs cooperation international development defence defense interior home representative representatives
    representant representante rep reps special personal senior principal envoy envoys chief head chair chairman
    chairperson chairwoman co coordinator director executive commissioner commission consul high permanent mission
    delegation delegate delegates leader team member members political officer office spokesman spokesperson
    excellence monsieur madame m mme senor don dona doctor ing lic licenciado atty attorney usec edir eng engineer hrh
    majesty royal highness phd cmg mo obe kbe mp emissary charge d affaires counsellor counselor attache field
    speaker former ex current new interim provisional honorary military police civilian security lead mr. moderator
    """
)
FUNCTION = _set(
    """
    a an and or of to in on at by for with from as the that this these those is are was were be been being it its which
    who whom also not only other others all any both each between their under through during after before into about
    against has have had will shall would may de du des la le les l el los las y e et en para por pour con par sous au
    aux da do dos das di del d und der die das von p pp sd present following including among between there page
    s see below above one two three i ii iii iv v vi vii n name names none
    """
)
HONOURS = _set("jr sr ii iii con cmg mo obe kbe phd egh mp gcfr gcon cbe cfr mbs ebs esq")
HEADINGS = _set(
    """
    signed sign signature signatures unsigned signatory signatories party parties third document uploaded annex copy
    agreement text listed list indicates indicate participants participated participating meeting held talks page
    untitled preamble unintelligible illegible illisible following named undersigned negotiators negotiations round
    peace process annexed provided provides preceding summary transcript original undated done accord declaration date
    singed done etaient presents were attendance listed signing invited guests statements opening
    ont signe signes comme entities personalities stated uploaded but also listed
    place stamp initialled initials provision provisions article section paragraph information statement note notes
    """
)
GOVERNMENT = _set(
    """
    government governments gouvernement gobierno governo president presidents presidential presidency vice prime
    premier chancellor king queen prince emir amir minister ministers ministry ministre ministro foreign secretary
    secretaries ambassador ambassadors embassy embassies ambassade ambassadeur embajador embajada consul consulate
    high delegation delegations delegate envoy envoys mediator mediators mediation facilitator facilitators
    facilitation representative representatives representation officials official officers authorities republic
    federation confederation parliament parliamentary senator senators congressman army military
    troops forces force peacekeepers peacekeeping diplomat diplomats diplomatic administration side mission team
    negotiator negotiators observers observer monitors brokered led sponsored special deputy defence defense head leader
    leadership chief general gen colonel col admiral assistant under undersecretary charge cabinet leadership
    royal federal agency aid development cooperation church authority national international monarch ruler crown
    supreme intelligence interior involvement support efforts good political advisor adviser security chair chairman
    commissioner commission contact engagement pressure intervention participation council peace organisation
    witness guarantor judge gouvernment governement governor permanent
    """
)
DOMESTIC = _set(
    """
    governor gobernador gouverneur mayor alcalde maire prefet prefect prefecture souspref elder elders chief chiefs
    chefs village villages tribal tribe tribes sheikh sheikhs
    bishop bishops archbishop pastor pastors reverend rev imam imams
    priest monsignor monsenor monseigneur cardinal church churches eglise iglesia parish mosque muslim christian
    catholic anglican protestant presbyterian methodist lutheran baptist evangelical ulema ulama clergy religious
    religieuse religieux local district county province provincial municipal municipality lga payam boma
    commissioner community communities communaute communautes comunidad clan clans youth women mothers mamans jeunes
    jeunesse civil society societe sociedad civile ngo ngos traditional customary chefferie groupement territoire
    cercle commune parliament legislative mp mps senator senators senateur depute deputy deputies congressman assembly
    police army commander commandant militia militias defensor defensoria procuraduria personero attorney
    magistrate court judge national nacional nationale union unions sindicato chamber commerce business lawyers
    university universidad students association associations federation committee council commission consejo comision
    comite conseil comandante commissaire administrateur administrator administration party movement front
    ministry minister prime president republic government gouvernement gobierno interim transitional state
    panel negotiating secretariat delegation negotiators negociadores consultant counsel general commandement
    majlis shura datu maire ongs testigo temoins lgas ward zonal paramount king monarch emir emirate oba igwe
    monitoring verification team brigade etat battalion patriarch patriarchate mufti episcopal episcopate conference
    assemblee ministre notables notable sage sages chieftain headman omda nazir sultan leaders stakeholders
    citizens presidency presbyter paz region regional foundation peoples people supreme
    coordination plateforme platform league forum network
    """
)
FOREIGN = _set(
    "international internationale world global european africa african asian arab diplomatic embassy embassies "
    "countries nations"
)
LOCAL_TITLES = _set(
    """
    governor gobernador gouverneur mayor alcalde maire prefet prefect elder elders chief chiefs chefs sheikh bishop
    archbishop pastor reverend rev imam priest monsignor monsenor monseigneur cardinal church parish lga payam boma
    county district province provincial municipal village clan tribal paramount traditional headman omda nazir sultan
    """
)
ORGANISED = _set(
    """
    commission committee council group centre center institute foundation organisation organization association union
    force forces front movement party forum network agency programme program initiative conference assembly league
    federation alliance secretariat bureau office mission panel team countries community nations partners fund trust
    international society coalition platform directorate embassies embassy ambassadors observers monitors mediators
    comision comite conseil groupe organisation fundacion instituto asociacion centro delegation government states
    donors church churches university troika quartet friends tribunal court board body corps
    """
)
ENVOYS = _set(
    """
    ambassador ambassadors ambassadeur embajador representative representatives representation representant
    representante envoy envoys emissary mission missions office offices embassy consul consulate commissioner
    coordinator delegate delegation adviser advisor advisers advisors official director officer
    group committee commission force operation team desk troops mediator facilitator chair chairman chairperson
    commander observer observers accredited initiative negotiator head chief charge nuncio process conference
    panel council friends partners programme support assistance meeting talks peace responsible
    rapporteur equipe mediation haut emissaire monitors archbishop bishop bureau expert
    """
)
PLACES = _set("in at near within inside across throughout into between border bordering en au aux around via")
HELD = _set(
    """
    held signed hosted took place met meeting meetings met talks negotiations negotiated conference summit convened
    gathered reached concluded ceremony venue hosts round signing dialogue consultations proximity initialled
    """
)
FORMER = _set("former ex ancien ancienne expresidente")
NAMES_TOO = _set(
    """
    georgia jordan chad israel mali niger guinea turkey holland ireland england cuba malta kenya china india france
    congo monaco dominica spain brazil oman togo benin austria samoa mauritius america finland kosovo iran chile peru
    panama colombia grenada burkina italia francia jamaica syria cyprus britain norge
    """
)
PROCESSES = _set(
    "process talks negotiations conflict crisis problem question dialogue conference reconciliation initiative"
)
ROMANCE_ARTICLES = _set("le la les l el los las du des")
ROMANCE_OFFICES = _set(
    "republique republica gouvernement gobierno governo ambassade embajada delegation delegacion ministre ministro"
)
GOVERNMENT_BODIES = _set("government gouvernement embassy ministry department secretary agency authority")
ASSOCIATIONS = _set("christian churches church association university movement liberation muslim")
CONTINENTS = _set("europe africa asia america oceania")
GENERIC = _set(
    "countries country states state nations entities organizations organisations personalities bodies parties"
)
NEGATION = re.compile(
    r"^\W*no\W*$"
    r"|\bno (?:third|external|other|signator|witness|mediator|signature)|\bunsigned\b|\bnot\s+signed\b"
    r"|\bnone\b|\bn/?a\b"
    r"|\bnot (?:known|stated|indicated|available|listed|mentioned|specified|clear)\b|\bunknown\b|illegible"
    r"|unintelligible"
    r"|\bsigned version|\bsignatures? not\b|\bsee (?:above|below|page|list|agreement|text|original|participants)"
    r"|\b(?:uploaded )?document (?:is|does|was|un)|\bno part(?:y|ies)\b"
    r"|\binternational community\b|communaut[eé] internationale|^\W*(?:page|article|art\.?)\s*\d+",
    re.IGNORECASE,
)
