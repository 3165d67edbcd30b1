"""Fills the frames of sentences.txt: labelled sentences about people that we wrote ourselves.

Every fifth frame of a section and every seventh group of people is set aside, so that what is
measured on `valid` are sentences and groups that training never saw.
"""

import random
import re
from pathlib import Path

KINDS = ["toxicity", "severe_toxicity", "identity_attack", "insult", "threat", "profanity"]

# plural, one of them, adjective
GROUPS = [
    ("women", "woman", "female"), ("girls", "girl", "female"), ("feminists", "feminist", "feminist"),
    ("Muslims", "Muslim", "Muslim"), ("Jews", "Jew", "Jewish"), ("Christians", "Christian", "Christian"),
    ("Hindus", "Hindu", "Hindu"), ("Sikhs", "Sikh", "Sikh"), ("Catholics", "Catholic", "Catholic"),
    ("Buddhists", "Buddhist", "Buddhist"), ("atheists", "atheist", "atheist"), ("Ahmadis", "Ahmadi", "Ahmadi"),
    ("Shias", "Shia", "Shia"), ("gay people", "gay man", "gay"), ("gays", "gay person", "gay"),
    ("gay men", "gay man", "gay"), ("lesbians", "lesbian", "lesbian"), ("bisexuals", "bisexual", "bisexual"),
    ("homosexuals", "homosexual", "homosexual"), ("queer people", "queer person", "queer"),
    ("trans people", "trans person", "trans"), ("trans women", "trans woman", "trans"),
    ("trans men", "trans man", "trans"), ("transgender people", "transgender person", "transgender"),
    ("non-binary people", "non-binary person", "non-binary"), ("transsexuals", "transsexual", "transsexual"),
    ("black people", "black person", "black"), ("blacks", "black man", "black"),
    ("black women", "black woman", "black"), ("Africans", "African", "African"),
    ("African Americans", "African American", "African American"), ("white people", "white person", "white"),
    ("Asians", "Asian", "Asian"), ("Chinese people", "Chinese person", "Chinese"),
    ("Japanese people", "Japanese person", "Japanese"), ("Koreans", "Korean", "Korean"),
    ("Vietnamese people", "Vietnamese person", "Vietnamese"), ("Indians", "Indian", "Indian"),
    ("Pakistanis", "Pakistani", "Pakistani"), ("Bangladeshis", "Bangladeshi", "Bangladeshi"),
    ("Arabs", "Arab", "Arab"), ("Turks", "Turk", "Turkish"), ("Syrians", "Syrian", "Syrian"),
    ("Afghans", "Afghan", "Afghan"), ("Somalis", "Somali", "Somali"), ("Nigerians", "Nigerian", "Nigerian"),
    ("Mexicans", "Mexican", "Mexican"), ("Latinos", "Latino", "Latino"), ("Brazilians", "Brazilian", "Brazilian"),
    ("Native Americans", "Native American", "Native American"), ("Aboriginal people", "Aboriginal man", "Aboriginal"),
    ("Roma", "Roma woman", "Roma"), ("Poles", "Pole", "Polish"), ("Romanians", "Romanian", "Romanian"),
    ("Ukrainians", "Ukrainian", "Ukrainian"), ("Palestinians", "Palestinian", "Palestinian"),
    ("Israelis", "Israeli", "Israeli"), ("immigrants", "immigrant", "immigrant"),
    ("refugees", "refugee", "refugee"), ("migrants", "migrant", "migrant"), ("foreigners", "foreigner", "foreign"),
    ("asylum seekers", "asylum seeker", "asylum-seeking"), ("illegal immigrants", "illegal immigrant", "undocumented"),
    ("disabled people", "disabled person", "disabled"), ("the disabled", "disabled man", "disabled"),
    ("autistic people", "autistic person", "autistic"), ("blind people", "blind man", "blind"),
    ("deaf people", "deaf woman", "deaf"), ("wheelchair users", "wheelchair user", "disabled"),
    ("people with Down's syndrome", "person with Down's syndrome", "disabled"),
    ("people in wheelchairs", "man in a wheelchair", "disabled"), ("old people", "old man", "elderly"),
    ("people of colour", "person of colour", "brown"), ("mentally ill people", "mentally ill person", "mentally ill"),
    ("straight people", "straight man", "straight"), ("heterosexuals", "heterosexual", "heterosexual"),
    ("LGBT people", "LGBT person", "LGBT"), ("queers", "queer woman", "queer"), ("men", "man", "male"),
    ("Americans", "American", "American"), ("Canadians", "Canadian", "Canadian"), ("Europeans", "European", "European"),
    ("Hispanics", "Hispanic", "Hispanic"), ("Iranians", "Iranian", "Iranian"), ("Hasidim", "Hasid", "Hasidic"),
    ("Protestants", "Protestant", "Protestant"), ("Mormons", "Mormon", "Mormon"), ("Evangelicals", "Evangelical", "Evangelical"),
    ("Middle Easterners", "Middle Eastern man", "Middle Eastern"), ("teenagers", "teenager", "teenage"),
    ("young people", "young woman", "young"), ("pensioners", "pensioner", "retired"), ("middle-aged men", "middle-aged man", "middle-aged"),
    ("paralysed people", "paralysed man", "paralysed"), ("Taoists", "Taoist", "Taoist"), ("Kurds", "Kurd", "Kurdish"),
    ("black men", "black man", "black"), ("homosexual men", "homosexual man", "homosexual"), ("dwarfs", "dwarf", "short"),
    ("blacks", "black woman", "black"), ("Latinas", "Latina", "Latina"), ("fat people", "fat woman", "fat"),
]
SLURS = [  # plural, one
    ("niggers", "nigger"), ("faggots", "faggot"), ("fags", "fag"), ("kikes", "kike"), ("chinks", "chink"),
    ("pakis", "paki"), ("trannies", "tranny"), ("retards", "retard"), ("dykes", "dyke"), ("spics", "spic"),
    ("wetbacks", "wetback"), ("ragheads", "raghead"), ("towelheads", "towelhead"), ("gooks", "gook"),
    ("coons", "coon"), ("gypsies", "gyppo"), ("mongs", "mong"), ("cripples", "cripple"), ("sand niggers", "sand nigger"),
    ("muzzies", "muzzie"), ("whores", "whore"), ("sluts", "slut"), ("cunts", "cunt"), ("bitches", "bitch"),
    ("shemales", "shemale"), ("poofs", "poof"), ("beaners", "beaner"), ("wogs", "wog"), ("spastics", "spastic"),
    ("rapefugees", "rapefugee"), ("homos", "homo"), ("yids", "yid"),
]
RECLAIMED = [("dykes", "dyke"), ("faggots", "faggot"), ("fags", "fag"), ("queers", "queer"), ("niggas", "nigga"),
             ("bitches", "bitch"), ("trannies", "tranny"), ("crips", "crip"), ("sluts", "slut"), ("homos", "homo"),
             ("poofs", "poof"), ("hoes", "hoe")]
THINGS = """mosquitoes;Mondays;parking meters;plastic bags;these chairs;pop-up ads;wasps;leaf blowers;speed bumps;
red shoes;boiled carrots;phone calls before noon;the new trams;slugs;concrete towers;tights;paper straws;cats;dogs;
video games;cheap headphones;alarm clocks;raisins;vuvuzelas;fireworks;rats;weeds;cars;pigeons;spreadsheets;sandals;
horror films;romantic comedies;reality shows;cookies;passwords;cyclamens;potholes;bicycles""".replace("\n", "").split(";")
CROWDS = """bankers;politicians;journalists;landlords;lawyers;estate agents;Tories;Democrats;Republicans;communists;
capitalists;car drivers;cyclists;football fans;influencers;referees;managers;tax collectors;students;teachers;vegans;
tourists;smokers;hunters;gamers;bureaucrats;civil servants;poets;lobbyists;dentists;Nazis;terrorists;rapists;burglars;
liberals;conservatives;doctors;actors;hipsters;celebrities""".replace("\n", "").split(";")
BODIES = """the councillors;the council;our MPs;the government;the ministers;the editors of this paper;the school board;
the planners;the people at city hall;the board;the unions;the opposition;the transport authority;the police chiefs;
the bosses of the water company;our local politicians;the management;the judges;the experts on television;those in charge;
the officials;both parties;the developers;the moderators;the bank's directors""".replace("\n", "").split(";")
NAMES = """Mr Harding;the mayor;Karen;the author;Trump;Biden;the minister;Dave;the editor;Boris;Hillary;Miller;
this columnist;Jessica;the coach;Bob;the chancellor;Ahmed;Imran Khan;Modi;Maria;the referee""".replace("\n", "").split(";")
BEFORE = ["Honestly, ", "Look, ", "I am sorry but ", "lol ", "Let me say it plainly: ", "So, ", "Well, ", "As I said before, ",
          "Oh come on, ", "And another thing: ", "Sorry, ", "Wow, ", "@user ", "Hey {N}, ", "I'll say it again: "]
AFTER = [" That is all.", " Full stop.", " lol", " End of story.", " Think about it.", " What do you say to that?", "!!",
         " I said what I said.", " And nobody writes about it.", " Great article by the way.", " The weather was nice, too.",
         " We talked about it over lunch.", " smh", " 😡", " 🙂", " Have a nice day.", " I have lived here for forty years."]
HATEFUL = ["emotion", "attribute", "dehumanise", "implied", "call", "deny", "coarse", "opinion"]


def sections():
    """Name -> (labels, frames); a label with a question mark is not known (None)."""
    found, name = {}, None
    for line in (Path(__file__).parent / "sentences.txt").read_text().splitlines():
        if line.startswith("#") or not line.strip():
            continue
        head = re.fullmatch(r"\[(\w+):(.*)\]", line)
        if head:
            name = head[1]
            words = head[2].split()
            labels = {kind: 1.0 if kind in words else None if kind + "?" in words else 0.0 for kind in KINDS}
            if labels["identity_attack"] or labels["threat"]:
                labels["toxicity"] = 1.0
            found[name] = (labels, [])
        else:
            found[name][1].append(line)
    return found


def held_back(items, every):
    return [item for index, item in enumerate(items) if index % every == every - 1]


def kept(items, every):
    return [item for index, item in enumerate(items) if index % every != every - 1]


class Filler:
    def __init__(self, part, rng):
        pick = held_back if part == "valid" else kept
        self.rng = rng
        self.groups, self.slurs = pick(GROUPS, 7), pick(SLURS, 6)
        self.things, self.crowds, self.names = pick(THINGS, 5), pick(CROWDS, 5), pick(NAMES, 5)
        self.bodies = pick(BODIES, 5)
        self.reclaimed = RECLAIMED
        self.frames = {name: (labels, pick(frames, 5)) for name, (labels, frames) in sections().items()}

    def article(self, text):
        # "a Asian" reads badly and would tell the model what is a template
        return re.sub(r"\b([Aa]) (?=[AEIOUaeiou](?!n?i(?:que|ted|v)|uro))", r"\1n ", text)

    def fill(self, frame, depth=0):
        rng = self.rng
        # from the inside out: a choice may stand within another
        while (chosen := re.sub(r"\(([^()]*\|[^()]*)\)", lambda found: rng.choice(found[1].split("|")), frame)) != frame:
            frame = chosen
        people, one, adjective = rng.choice(self.groups)
        several, slur = rng.choice(self.slurs)
        own, mine = rng.choice(self.reclaimed)
        slots = {"P": people, "S": one, "A": adjective, "U": several, "V": slur, "R": own, "r": mine,
                 "O": rng.choice(self.things), "J": rng.choice(self.crowds), "N": rng.choice(self.names), "B": rng.choice(self.bodies)}
        if "{H}" in frame or "{h}" in frame:
            inner = self.fill(rng.choice(self.frames[rng.choice(HATEFUL)][1]), 1)
            slots["H"] = inner
            clause = inner.rstrip(".!?")
            slots["h"] = clause if clause[:2].isupper() else clause[:1].lower() + clause[1:]
        text = re.sub(r"\{(\w)\}", lambda slot: slots[slot[1]], frame)
        text = self.article(text)
        return text[:1].upper() + text[1:] if frame[:1] == "{" and rng.random() < 0.9 else text

    def rows(self, per_frame):
        """Labelled sentences: dicts of text, section and labels."""
        rng, seen = self.rng, set()
        for name, (labels, frames) in self.frames.items():
            for frame in frames:
                # the more ways to say it, the more of them
                ways = frame.count("{") + frame.count("|")
                for _ in range(max(1, per_frame // 4) if not ways else per_frame if ways < 6 else 3 * per_frame):
                    text = self.fill(frame)
                    chance = rng.random()
                    if chance < 0.12:
                        text = self.fill(rng.choice(BEFORE)) + text
                    elif chance < 0.24:
                        text = text + rng.choice(AFTER)
                    if rng.random() < 0.25:
                        text = text.lower()
                    if rng.random() < 0.2:
                        text = text.rstrip(".")
                    if text not in seen:
                        seen.add(text)
                        yield {"text": text, "section": name, "labels": labels}


def rows(part, per_frame, seed=7):
    return list(Filler(part, random.Random(seed)).rows(per_frame))


if __name__ == "__main__":
    import sys
    for row in rows(sys.argv[1], 2):
        print(row["section"], "|", row["text"])
