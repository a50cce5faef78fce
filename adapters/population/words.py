"""Names and sentences of synthetic members. They are nobody's."""

WOMEN = tuple(
    "Ada Aisha Alma Amara Ana Anja Asha Astrid Aylin Bea Camille Carmen Chiara Clara Daria Dina Edith Elif Elena Emi "
    "Esther Fatima Freya Gia Greta Hana Hannah Ines Ingrid Irene Isla Jana Jasmin Joana June Kaia Karin Keiko Lena "
    "Leonie Lina Lucia Maeve Malin Mara Maria Maya Mei Mina Mira Nadia Naomi Nia Nina Noor Olga Olivia Paula Petra "
    "Priya Rana Renata Rosa Ruth Sana Sara Selma Sofia Tamar Tess Thea Uma Vera Wanda Yara Yuki Zahra Zoe".split()
)
MEN = tuple(
    "Aaron Adam Adrian Ahmed Akira Alan Ali Anders Andre Anton Arjun Ben Bruno Carlos Cem Chen Dan Daniel David Diego "
    "Dimitri Eli Emil Enzo Erik Farid Felix Finn Gabriel Georg Hamid Hans Henry Hugo Ian Igor Isaac Ivan Jamal Jan "
    "Jonas Jorge Josef Juan Kai Karim Kenji Kofi Lars Leo Liam Luca Luis Malik Marco Mateo Max Miguel Milan Nabil Nico "
    "Noah Omar Oscar Otto Pablo Paul Pedro Rafael Raj Rami Robin Samir Sami Simon Sven Theo Tom Viktor Yusuf".split()
)
ANYONE = tuple(
    "Alex Ariel Blake Charlie Dana Eden Jules Kim Lou Max Nico Noa Quinn Remy River Robin Sacha Sam Toni Wren".split()
)

BIOS = (
    "New enough to {city} to still get lost, settled enough to enjoy it. Happiest around {a} and {b}.",
    "I came to {city} for work and stayed for {a}. Lately also {b}, badly but with joy.",
    "Most weekends you find me busy with {a}. I like slow mornings, honest talk and people who laugh at themselves.",
    "{a}, {b}, and friends round a table: that is most of what I need. Curious who else is out there.",
    "I ask too many questions and remember the answers. Big on {a}, growing into {b}.",
    "Somewhere between {a} and {b} there is a very good first date.",
    "I am looking for someone kind, with a life they like. Mine has {a} in it, and more {b} every year.",
    "Quiet at parties, loud at dinner. Ask me about {a}.",
)
PROMPT_ANSWERS = {
    "good_sunday": (
        "a long breakfast, a longer walk and nothing that needs a clock",
        "market, soup, a nap and an old film",
    ),
    "feel_at_home": ("says what they mean and means it kindly", "can be silent with me in the same room"),
    "small_thing": ("the first coffee, still in my coat", "when a stranger's dog decides we are friends"),
    "laugh_about": ("a story you tell against yourself", "very bad puns, delivered with confidence"),
    "cook_for_you": ("my grandmother's lentils, and bread that took two days", "something simple, done slowly"),
    "when_we_disagree": ("need a short walk first and then all the time it takes", "would rather understand than win"),
    "first_meeting": (
        "a walk with a coffee, an hour, no pressure",
        "a small museum; we can always talk about the pictures",
    ),
    "family": ("the people who show up", "a loud table and somebody washing up"),
}
