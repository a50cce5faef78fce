"""The statements of ``catalogue`` in German, one for one: the same ids, so that answers are scored alike.

They were worded for SaltBitter like the English, have no norms of their own, and are compared with the same."""

TITLE = "Wie Sie anderen nahe sind"
SOURCE = "Für SaltBitter geschrieben; keine veröffentlichte Skala und kein klinisches Instrument."
INSTRUCTIONS = (
    "Denken Sie daran, wie Sie mit dem Menschen an Ihrer Seite gewöhnlich sind. Wenn Sie gerade niemanden haben, "
    "denken Sie an jemanden, der Ihnen nahe war, oder daran, wie Sie wohl wären. Richtige Antworten gibt es nicht: Die "
    "erste, die passt, ist gut."
)
STATEMENTS = {
    "q01": "Wenn eine Nachricht, die mir wichtig ist, unbeantwortet bleibt, rätsle ich, was ich falsch gemacht habe.",
    "q02": "Wenn mich etwas belastet, mache ich es lieber mit mir aus, als jemandem an meiner Seite davon zu erzählen.",
    "q03": "Eine kleine Veränderung im Ton eines anderen kann mich für den Rest des Tages beschäftigen.",
    "q04": "Wenn ein Gespräch auf Gefühle kommt, wechsle ich eher das Thema oder mache einen Scherz.",
    "q05": "Ich kann eine stille Zeit zwischen uns vorübergehen lassen, ohne etwas hineinzulesen.",
    "q06": "Umsorgt zu werden, wenn ich krank oder niedergeschlagen bin, ist mir unangenehm.",
    "q07": "In einem Streit kommt mir schnell der Gedanke, dass es das Ende für uns sein könnte.",
    "q08": "An einem schweren Tag erleichtert es mich, wenn jemand, der mir nahe ist, das sehen darf.",
    "q09": "Nach einem schönen Abend mit jemandem suche ich im Rückblick nach Zeichen, dass das Interesse nachlässt.",
    "q10": "Zärtliche Worte fallen mir schwer, auch wenn ich sie so meine.",
    "q11": "Manchmal verberge ich, was ich möchte, damit man meiner nicht überdrüssig wird.",
    "q12": "Je mehr sich jemand auf mich verlässt, desto mehr freue ich mich darauf, für mich zu sein.",
    "q13": "Wenn jemand, den ich liebe, fort ist, vertraue ich darauf, dass sich zwischen uns nichts geändert hat.",
    "q14": "Ich halte Teile meines Lebens getrennt, damit niemand darin zu wichtig wird.",
    "q15": "Wenn der Mensch an meiner Seite einen Abend allein möchte, beziehe ich das leicht auf mich.",
    "q16": "Ich mag es, wenn sich zwei Leben langsam miteinander verweben.",
    "q17": "Einmal zu hören, dass ich wichtig bin, reicht selten; bald ist der Zweifel wieder da.",
    "q18": "Jemanden zu brauchen, fühlt sich für mich an, als gäbe ich etwas von meiner Freiheit auf.",
}
"""By the id of the statement."""
