"""The texts of ``catalogue`` in German, one for one and under the same versions: who reads either agrees to the same.

Words are never changed under a version here either."""

from saltbitter_domain.consent.model import ConsentText, Purpose
from saltbitter_domain.kernel import Language

GERMAN = (
    ConsentText(
        Purpose.TERMS,
        "2026-11-01",
        "Nutzungsbedingungen",
        "Sie sind mindestens 18, das Konto gehört Ihnen allein, und was Sie über sich sagen, ist wahr. Sie behandeln "
        "andere Mitglieder mit Respekt: keine Belästigung, keine Drohungen, kein Hass, kein Verkaufen, kein Auftreten "
        "als jemand anderes, kein Weitergeben von Nachrichten oder Bildern anderer. Was Sie schreiben und hochladen, "
        "bleibt Ihres; Sie erlauben uns, es den Menschen zu zeigen, denen Sie vorgestellt werden, solange es in Ihrem "
        "Konto ist. Wenn wir ein Konto einschränken, sagen wir, warum, und Sie können widersprechen. Bezahlen ändert, "
        "wie viele Menschen Sie sehen und welche Werkzeuge Sie haben, nie aber, wem Sie gezeigt werden oder wie gut "
        "Sie unserer Einschätzung nach zu jemandem passen. Strafregister prüfen wir nicht: Wenn Sie sich mit jemandem "
        "treffen, wählen Sie einen öffentlichen Ort, und sagen Sie einer Freundin oder einem Freund Bescheid. Sie "
        "können jederzeit gehen, in ebenso wenigen Schritten, wie Sie gekommen sind.",
        Language.DE,
    ),
    ConsentText(
        Purpose.PRIVACY_POLICY,
        "2026-11-27",
        "Datenschutzerklärung",
        "Wir bewahren Ihr Konto, Ihr Profil, Ihre Fotos, Antworten und Entscheidungen auf, um SaltBitter für Sie zu "
        "betreiben, verkaufen sie nie und geben sie nie an Werbetreibende. Unternehmen, die für uns arbeiten, "
        "handeln nur auf unsere Weisung. Nach allem, was heikel ist, etwa wen Sie suchen, fragen wir gesondert, und "
        "Sie können Nein sagen. Sie können alles ansehen, berichtigen, kopieren und löschen; nach 30 Tagen, in denen "
        "Sie es sich anders überlegen können, wird Ihr Konto gelöscht, ausgenommen, was wir nach dem Gesetz "
        "aufbewahren müssen, und das Folgende, alles für Sie aufgezählt. Wenn jemand Sie blockiert hat oder wir Sie "
        "gesperrt haben, bewahren wir danach noch ein Jahr lang Codes Ihrer Geräte und Ihrer bestätigten Adresse "
        "auf, und wer Sie blockiert hat. Das schützt andere: Sie beide bleiben getrennt, und eine Sperre hält, falls "
        "Sie wiederkommen. Sie können dem jederzeit widersprechen, auch nach der Löschung: Schreiben Sie uns, und "
        "ein Mensch entscheidet. Wenn Sie meinen, dass wir mit Daten schlecht umgehen, sagen Sie es uns oder Ihrer "
        "Datenschutzbehörde.",
        Language.DE,
    ),
    ConsentText(
        Purpose.PRIVACY_POLICY,
        "2026-11-01",
        "Datenschutzerklärung",
        "Wir bewahren Ihr Konto, Ihr Profil, Ihre Fotos, Antworten und Entscheidungen auf, um SaltBitter für Sie zu "
        "betreiben. Wir verkaufen sie nicht und geben sie nicht an Werbetreibende. Unternehmen, die für uns Daten "
        "speichern oder Mails verschicken, handeln nur auf unsere Weisung. Nach allem, was heikel ist, etwa wen Sie "
        "suchen, wo Sie sind oder was Sie über Nähe antworten, fragen wir gesondert, und Sie können Nein sagen. Sie "
        "können Ihre Daten ansehen und berichtigen, eine Kopie mitnehmen und Ihr Konto löschen; danach können Sie es "
        "sich 30 Tage lang anders überlegen, dann wird alles gelöscht, ausgenommen, was wir nach dem Gesetz "
        "aufbewahren müssen und was wir Ihnen aufzählen. Wenn Sie meinen, dass wir mit Ihren Daten schlecht umgehen, "
        "sagen Sie es uns oder der Datenschutzbehörde an Ihrem Wohnort.",
        Language.DE,
    ),
    ConsentText(
        Purpose.PSYCHOLOGICAL_PROFILE,
        "2026-11-26",
        "Ihre Antworten über Nähe",
        "Ich bin einverstanden, dass SaltBitter meine Antworten auf den Bindungsfragebogen und die beiden daraus "
        "berechneten Werte aufbewahrt, mir zeigt, was sie bedeuten können, und die Werte verwendet, wenn es "
        "beurteilt, wie ein anderer Mensch und ich zueinander passen könnten. Andere Mitglieder sehen nie meine "
        "Antworten, meine Werte oder meinen Stil; sie lesen vielleicht einen Satz über uns beide als Paar. Das "
        "Ergebnis ist keine Diagnose. Sage ich Nein, werden mir trotzdem Menschen vorgestellt, und dieser Teil zählt "
        "als unbekannt. Nehme ich das zurück, werden meine Werte innerhalb einer Minute beim Vorschlagen nicht mehr "
        "verwendet. Die Antworten und Ergebnisse kann ich jederzeit löschen; aufbewahrt wird dann nur der Tag meines "
        "letzten Fragebogens, weil er erst nach 90 Tagen neu beantwortet werden kann.",
        Language.DE,
    ),
    ConsentText(
        Purpose.GENDERS_SOUGHT,
        "2026-11-26",
        "Wen Sie treffen möchten",
        "Ich bin einverstanden, dass SaltBitter die Geschlechter aufbewahrt, die ich treffen möchte, was etwas über "
        "meine sexuelle Orientierung verraten kann. Es verwendet sie, zusammen mit den Geschlechtern, die andere "
        "suchen, um zu entscheiden, wer wem vorgestellt wird, und um in großen Gruppen zu zählen, ob alle fair "
        "gezeigt werden. Sie stehen nicht in meinem Profil und dienen nicht der Werbung. Sage ich Nein, kann ich ein "
        "Konto und ein Profil haben, aber mir kann niemand vorgestellt werden und ich niemandem. Nehme ich das "
        "zurück, gilt es innerhalb einer Minute, und was ich gewählt habe, wird gelöscht; die Menschen, mit denen ich "
        "ein Match habe, bleiben unter meinen Matches, bis es einer von uns beendet.",
        Language.DE,
    ),
    ConsentText(
        Purpose.ORIENTATION,
        "2026-11-26",
        "Orientierung",
        "Ich bin einverstanden, dass SaltBitter die sexuelle Orientierung, die ich angeben möchte, als Teil meines "
        "eigenen Profils aufbewahrt, wo nur ich sie sehe. Sie wird niemandem gezeigt, spielt keine Rolle dabei, wem "
        "ich vorgestellt werde, denn darüber entscheiden die Geschlechter, die beide jeweils suchen, und dient weder "
        "der Werbung noch Statistiken. Die Angabe ist freiwillig, und ich kann sie jederzeit entfernen oder das hier "
        "zurücknehmen; sie wird dann innerhalb einer Minute gelöscht.",
        Language.DE,
    ),
    ConsentText(
        Purpose.RELIGION,
        "2026-11-26",
        "Religion",
        "Ich bin einverstanden, dass SaltBitter die Religion oder Weltanschauung aufbewahrt, die ich angeben möchte, "
        "und wie wichtig sie mir ist. Es zeigt die Religion oder Weltanschauung in meinem Profil den Menschen, denen "
        "ich vorgestellt werde, und verwendet beides, wenn es beurteilt, wie ein anderer Mensch und ich zueinander "
        "passen könnten, auch dort, wo einer von uns eine andere Religion als die eigene ausschließt. Beides dient "
        "weder der Werbung noch Statistiken. Die Angaben sind freiwillig; ohne sie zählt das als unbekannt. Ich kann "
        "sie jederzeit entfernen oder das hier zurücknehmen; innerhalb einer Minute spielen sie dann keine Rolle mehr "
        "und sind gelöscht.",
        Language.DE,
    ),
    ConsentText(
        Purpose.LOCATION,
        "2026-11-26",
        "Ort",
        "Ich bin einverstanden, dass SaltBitter meinen Standort verwendet, um Menschen in der Entfernung zu finden, "
        "die ich wähle, und um meine Zeitzone zu kennen. Aufbewahrt wird nur die Mitte eines etwa zwei Kilometer "
        "breiten Quadrats und wann sie sich zuletzt geändert hat, nie der genaue Ort. Andere sehen meine Stadt und "
        "eine ungefähre Entfernung, etwa „5 bis 10 km“, nie einen Punkt auf einer Karte. Sage ich Nein, zählt die "
        "Entfernung als unbekannt. Nehme ich das zurück, sind Ort und Stadt innerhalb einer Minute vergessen; "
        "aufbewahrt wird nur, wann sich mein Ort zuletzt geändert hat, damit niemand von vielen Orten hintereinander "
        "nach anderen suchen kann.",
        Language.DE,
    ),
    ConsentText(
        Purpose.AI_PRACTICE,
        "2026-11-01",
        "Üben mit KI-Gegenübern",
        "Ich bin einverstanden, dass das, was ich einem KI-Gegenüber schreibe, an den KI-Anbieter geht, den die "
        "Datenschutzerklärung nennt, und dass das Gespräch in meinem Konto bleibt, damit ich Gespräche üben kann. Ein "
        "KI-Gegenüber ist immer als solches gekennzeichnet und gibt sich nie als Mitglied aus. Mein Üben wird "
        "niemandem gezeigt, ändert meine Matches nicht und kann unvollkommen oder falsch sein. Bis ich zustimme, ist "
        "kein KI-Gegenüber eingeschaltet; nehme ich das zurück, wird nichts mehr gesendet.",
        Language.DE,
    ),
    ConsentText(
        Purpose.AI_COACHING,
        "2026-11-01",
        "Begleitung durch KI",
        "Ich bin einverstanden, dass Teile meines Profils und, wenn ich ihre Aufbewahrung erlaubt habe, meine "
        "Ergebnisse über Nähe an den KI-Anbieter gehen, den die Datenschutzerklärung nennt, damit er mir Vorschläge "
        "und Gedanken schreiben kann. Sie sind als von einer KI geschrieben gekennzeichnet, sind nur für mich "
        "bestimmt und ersetzen weder eine Therapie noch eine Ärztin oder einen Arzt. Daten anderer Mitglieder werden "
        "nicht gesendet. Nehme ich das zurück, werden keine neuen Berichte geschrieben, und die vorhandenen kann ich "
        "löschen.",
        Language.DE,
    ),
    ConsentText(
        Purpose.MARKETING_EMAILS,
        "2026-11-01",
        "Neuigkeiten per E-Mail",
        "Ich möchte per E-Mail von neuen Funktionen, Veranstaltungen und Angeboten von SaltBitter erfahren, höchstens "
        "zweimal im Monat. Meine Adresse wird niemandem für eigene Zwecke gegeben. Jede solche Mail hat einen Link, "
        "der sie abbestellt. Nachrichten, die mein Konto braucht, etwa eine Bestätigung oder eine Warnung zur "
        "Sicherheit, kommen in jedem Fall.",
        Language.DE,
    ),
    ConsentText(
        Purpose.ANALYTICS,
        "2026-11-01",
        "Helfen, SaltBitter besser zu machen",
        "Ich bin einverstanden, dass SaltBitter zählt, wie ich seine Seiten benutze, etwa welche Schritte ich "
        "abschließe und wo ich aufgebe, um sie besser zu machen. Die Zählungen stehen unter einer Zufallszahl statt "
        "unter meinem Namen, ohne Nachrichten, Fotos, Antworten oder Orte, und werden nicht mit Daten von anderswo "
        "verbunden. Sage ich Nein, funktioniert alles genauso.",
        Language.DE,
    ),
)
"""Those in force, and whichever are superseded from now on. Until 27 November 2026 there was English alone."""
