"""The words of ``growth`` in German: the same texts, one for one, so that a result says the same in both languages."""

from saltbitter_domain.assessments.model import Growth, GrowthWords, QualityFlag, Style

_MIDDLE = "Einer Ihrer Werte liegt nahe der Mitte der Skala, ein einzelnes Wort wäre daher zu viel behauptet."

RESOURCES = (
    (
        "Wenn Nähe Sie oft verletzt oder erschreckt hat, müssen Sie das nicht allein ordnen: Eine approbierte "
        "Psychotherapeutin oder ein Psychotherapeut kann es mit Ihnen in Ihrem Tempo durchgehen."
    ),
    (
        "Ihre Hausärztin oder Ihr Hausarzt ist eine gute erste Ansprechperson. Dort wird zugehört, und man weiß, "
        "welche Hilfe es in Ihrer Nähe gibt."
    ),
    "Wenn Sie jetzt in Gefahr sind oder daran denken, sich etwas anzutun, rufen Sie den Notruf Ihres Landes an.",
)

STYLES = {
    Style.SECURE: Growth(
        title="Sicher",
        summary=(
            "Ihre Antworten beschreiben jemanden, der sich mit Nähe wie mit Zeit für sich meist wohlfühlt. Sie rechnen "
            "eher damit, dass Menschen, denen Sie wichtig sind, das auch nach einem schwierigen Tag noch sind, und "
            "können sich anlehnen, ohne sich selbst aus dem Blick zu verlieren."
        ),
        strengths=(
            "Sie können Nähe genießen und das Alleinsein auch, keines von beiden muss gewinnen.",
            (
                "Wenn zwischen Ihnen und jemandem etwas schiefgeht, ist das für Sie eher etwas zum Besprechen als ein "
                "Urteil über Sie beide."
            ),
            "Sie lassen sich helfen, und das sagt anderen still, dass sie auch Sie um Hilfe bitten dürfen.",
            "Wenn jemand sagt, dass er Zeit braucht, hören Sie meist, dass es um Zeit geht und nicht um Sie.",
            "Sie geben gern Anerkennung: Was jemand an Ihrer Seite gut macht, fällt Ihnen leicht auf.",
        ),
        suggestions=(
            (
                "Was Ihnen leichtfällt, kann andere Mühe kosten. Wenn jemand still wird oder zweimal fragt, seien Sie "
                "erst neugierig, wie es sich dort anfühlt, und erklären Sie danach, wie Sie es sehen."
            ),
            (
                "Wer beständig ist, trägt leicht das Wetter der anderen mit. Merken Sie, wenn Sie eine Weile die Ruhe "
                "bewahrt haben, und sagen Sie auch, was Sie selbst brauchen."
            ),
            (
                "Aus Leichtigkeit kann Gewohnheit werden. Stellen Sie ab und zu die Fragen, die Sie einander nicht "
                "mehr stellen, seit Sie sich gut kennen: „Worauf hoffst du dieses Jahr, was hat sich verändert?“"
            ),
            (
                "Sie nehmen vielleicht an, dass man gute Absichten sieht. Sprechen Sie sie aus: Wer das Raten gewohnt "
                "ist, hat von einem klaren Satz mehr als von zehn Andeutungen."
            ),
            (
                "Wenn Ihnen auffällt, dass Sie etwas Störendes immer wieder wegerklären, nehmen Sie es so ernst, als "
                "hätte es Ihnen jemand aus Ihrem Freundeskreis erzählt."
            ),
        ),
        communication=(
            (
                "Sagen Sie, was Sie gesehen haben, was Sie gefühlt haben und was Sie sich wünschen, in dieser "
                "Reihenfolge: „Als um sechs der Plan anders war, fühlte ich mich übergangen. Rufst du mich nächstes "
                "Mal an?“"
            ),
            (
                "Sagen Sie früh, wie Sie gern in Kontakt sind. „Ich schreibe langsam und rede gern“ erspart jemandem, "
                "der Sie kennenlernt, eine Woche Rätseln."
            ),
            (
                "Wenn es jemandem nicht gut geht, fragen Sie, ob Sie zuhören oder helfen sollen, und tun Sie dann "
                "genau das."
            ),
            (
                "Machen Sie das Wiedergutmachen alltäglich. „So wollte ich das nicht sagen, darf ich noch einmal?“ "
                "passt an jeder Stelle eines Gesprächs."
            ),
            (
                "Antworten Sie auf die Frage hinter der Frage: Auf „Ist zwischen uns alles gut?“ kommt zuerst das Ja "
                "oder das Nein und danach die Erklärung."
            ),
        ),
        this_week=(
            "Danken Sie jemandem für etwas Bestimmtes, und sagen Sie, was es für Sie verändert hat.",
            (
                "Stellen Sie jemandem, der Ihnen nah ist, eine Frage, auf die Sie die Antwort nicht wissen, und lassen "
                "Sie die Antwort das ganze Gespräch sein."
            ),
            "Bitten Sie um Hilfe bei einer Kleinigkeit, die Sie sonst allein erledigen.",
            (
                "Wählen Sie einen alltäglichen Moment zu zweit, ein Essen oder einen Weg, und lassen Sie das Telefon "
                "im anderen Zimmer."
            ),
        ),
    ),
    Style.ANXIOUS: Growth(
        title="Ängstlich",
        summary=(
            "Ihre Antworten beschreiben jemanden, dem Nähe sehr viel bedeutet und der Zeichen von Abstand schnell "
            "bemerkt. Jemandem wichtig zu sein, ist Ihnen wichtig, und nicht zu wissen, woran Sie sind, nimmt viel "
            "Raum ein."
        ),
        strengths=(
            "Sie merken, wie es Menschen geht, oft bevor sie ein Wort gesagt haben.",
            "Sie bemühen sich um die, die Sie lieben: Sie merken sich Dinge, Sie fragen nach, Sie sind da.",
            "Sie sind bereit, über die Beziehung selbst zu reden, was viele jahrelang aufschieben.",
            "Sie zeigen Menschen, dass sie Ihnen etwas bedeuten; niemand muss raten, ob Sie sich freuen.",
            "Wenn ein Abstand entsteht, sind Sie oft der Mensch, der ihn zuerst überbrückt.",
        ),
        suggestions=(
            (
                "Eine Sorge kann sich wie eine Nachricht anfühlen. Bevor Sie ihr folgen, trennen Sie, was Sie gesehen "
                "haben („zwei Stunden keine Antwort“), von der Geschichte, die Sie dazugetan haben („ich habe etwas "
                "Dummes gesagt“)."
            ),
            (
                "Geben Sie Ihrem Wunsch nach Trost etwas Zeit. Wenn es Sie drängt, noch eine Nachricht zu schicken, "
                "tun Sie zwanzig Minuten etwas mit den Händen, und entscheiden Sie dann."
            ),
            (
                "Pflegen Sie die Teile Ihrer Woche, die Ihnen allein gehören: die Freundschaften, den Kurs, den langen "
                "Spaziergang. Sie geben Ihnen Halt und etwas, das Sie mitbringen können."
            ),
            (
                "Lassen Sie ein freundliches Wort ankommen. Wenn jemand sagt, dass er froh über Sie ist, bleiben Sie "
                "einen Atemzug dabei, bevor Sie prüfen, ob es noch stimmt."
            ),
            (
                "Sehen Sie sich an, wie jemand Sie über einen Monat behandelt und nicht an einem Abend. Ein Muster "
                "sagt Ihnen mehr als eine Stimmung."
            ),
        ),
        communication=(
            (
                "Bitten Sie um das, was Sie möchten, statt es zu prüfen. „Ich würde mich über eine Nachricht freuen, "
                "wenn du zu Hause bist“ gibt dem anderen Menschen eine faire Chance."
            ),
            (
                "Nennen Sie das Gefühl, ohne jemandem Schuld zu geben: „Ich merke, dass ich unruhig werde, und würde "
                "gern von dir hören.“"
            ),
            (
                "Bringen Sie eine Sorge und eine Bitte in ein Gespräch mit. Was Sie sagen, hört sich leichter, wenn es "
                "allein kommt."
            ),
            (
                "Vereinbaren Sie, was Stille heißt. „Bei der Arbeit antworte ich abends“ kann Ihnen Stunden des "
                "Rätselns ersparen."
            ),
            (
                "Wenn Sie etwas sehr aufwühlt, sagen Sie, dass Sie reden möchten, und nennen Sie eine Zeit: „Das ist "
                "mir wichtig, können wir uns nach dem Essen zusammensetzen?“"
            ),
        ),
        this_week=(
            (
                "Schreiben Sie eine Sorge um jemanden auf und dann drei andere Erklärungen, die Sie glauben würden, "
                "wenn sie Ihnen jemand aus Ihrem Freundeskreis erzählte."
            ),
            "Sprechen Sie eine Bitte laut aus, die Sie sonst nur andeuten würden.",
            "Planen Sie einen Abend, der von niemandem abhängt, und tun Sie dabei auch etwas, das Sie gut können.",
            "Notieren Sie an drei Abenden etwas, woran Sie gemerkt haben, dass jemand an Sie gedacht hat.",
        ),
    ),
    Style.AVOIDANT: Growth(
        title="Vermeidend",
        summary=(
            "Ihre Antworten beschreiben jemanden, dem Unabhängigkeit wichtig ist und der gern mitbestimmt, wie nah "
            "andere kommen. Sie regeln Dinge eher selbst und brauchen vielleicht etwas Raum, bis Sie spüren, wie viel "
            "Ihnen jemand bedeutet."
        ),
        strengths=(
            "Sie können gut mit sich allein sein und machen selten andere für Ihre Stimmung verantwortlich.",
            "Wenn es hektisch wird, behalten Sie einen klaren Kopf und suchen, was sich tun lässt.",
            "Sie achten den Raum der anderen, weil Sie wissen, was Ihnen Ihrer wert ist.",
            "Sie denken nach, bevor Sie sich binden; wenn Sie ja sagen, meinen Sie es meist schon eine Weile.",
            "Sie lassen jemandem Raum für ein eigenes Leben, mit eigenen Freundschaften und Meinungen.",
        ),
        suggestions=(
            (
                "Achten Sie auf den Augenblick, in dem Sie anfangen, die Fehler von jemandem aufzuzählen, oder "
                "plötzlich woanders sein möchten. Fragen Sie sich, was Ihnen gerade nahegekommen ist."
            ),
            (
                "Versuchen Sie erst in kleinen Dingen, sich auf jemanden zu verlassen: eine Mitfahrt, eine Meinung, "
                "ein Ersatzschlüssel. Sie können jederzeit aufhören und nachspüren, wie es war."
            ),
            (
                "Zeit für sich lässt sich leichter geben, wenn sie ein Ende hat. Nehmen Sie, was Sie brauchen, und "
                "sagen Sie, wann Sie wohl wieder da sind."
            ),
            (
                "Ihr Körper kennt ein Gefühl vielleicht, bevor Sie ein Wort dafür haben. Ein fester Kiefer oder ein "
                "unruhiges Bein kann der erste Hinweis sein, dass Sie etwas berührt hat."
            ),
            "Lassen Sie etwas Gutes am Nahsein für sich gelten, auch wenn es mit anderem kommt, das Sie weniger mögen.",
        ),
        communication=(
            (
                "Wenn Sie eine Pause brauchen, sagen Sie es, und nennen Sie, wann Sie wiederkommen: „Darüber möchte "
                "ich nachdenken. Kann ich um acht darauf zurückkommen?“"
            ),
            (
                "Teilen Sie etwas, solange es noch unfertig ist. „Ich weiß noch nicht, was ich fühle, aber es ist "
                "nicht nichts“ sagt mehr, als Sie vielleicht denken."
            ),
            (
                "Wenn Ihnen ein Gespräch von Angesicht zu Angesicht viel ist, reden Sie Seite an Seite: beim Gehen, "
                "Fahren, Kochen."
            ),
            (
                "Sprechen Sie die Anerkennung aus, die Sie nur gedacht haben. Es kostet Sie einen Satz, und jemand "
                "trägt ihn vielleicht die ganze Woche mit sich."
            ),
            (
                "Wenn jemand Nähe möchte, sagen Sie neben dem, was nicht geht, auch das, was Sie geben können: „Heute "
                "Abend nicht, aber den Sonntagmorgen hätte ich gern mit dir.“"
            ),
        ),
        this_week=(
            "Erzählen Sie jemandem etwas von Ihrem Tag, das Sie sonst für sich behalten würden.",
            "Wenn Ihnen jemand bei einer Kleinigkeit Hilfe anbietet, sagen Sie ja, und belassen Sie es bei einem Dank.",
            (
                "Schreiben Sie drei Sätze darüber, wie Sie sich gefühlt haben, nachdem Sie jemanden getroffen haben, "
                "den Sie mögen. Niemand muss sie lesen."
            ),
            "Bleiben Sie fünf Minuten länger als sonst, wenn ein Gespräch persönlich wird.",
        ),
    ),
    Style.FEARFUL: Growth(
        title="Ängstlich-vermeidend",
        summary=(
            "Ihre Antworten beschreiben jemanden, der sich nach Nähe sehnt und zugleich vor ihr auf der Hut ist. Sie "
            "gehen vielleicht auf jemanden zu und merken dann, wie Sie zurücktreten. Beides hat seinen Sinn: Ein Teil "
            "von Ihnen sucht Wärme, der andere gibt auf Sie acht."
        ),
        strengths=(
            (
                "Sie kennen den Wunsch nach Nähe und den nach Sicherheit und verstehen darum Menschen, die andere "
                "schwer lesen können."
            ),
            "Sie gehen sorgsam mit Vertrauen um, und wenn Sie es schenken, meinen Sie es.",
            "Sie achten darauf, wie Menschen miteinander umgehen; Ihnen entgeht sehr wenig.",
            "Ihnen ist Nähe wichtig geblieben, als sie für Sie schwierig war, und das braucht Mut.",
            (
                "Sie können zwei Gefühle zugleich haben, und das ist selten und hilfreich zwischen Menschen, die sich "
                "nah sind."
            ),
        ),
        suggestions=(
            (
                "Lassen Sie Nähe in Schritten kommen, die Sie wählen. Sie können einen Abend genießen, ohne zu "
                "entscheiden, was er für das nächste Jahr heißt."
            ),
            (
                "Wenn es Sie wegdrängt, versuchen Sie eine Pause, bevor Sie gehen: Sagen Sie, dass Sie zehn Minuten "
                "brauchen, atmen Sie langsam aus, und sehen Sie, was danach noch stimmt."
            ),
            (
                "Finden Sie heraus, was Sie beruhigt, ein Spaziergang, Musik, kaltes Wasser auf den Handgelenken, ein "
                "Anruf bei Freunden, und nutzen Sie es vor einem schwierigen Gespräch ebenso wie danach."
            ),
            (
                "Achten Sie darauf, bei wem Sie ruhig werden, auch wenn jemand Blendendes im Raum ist, und geben Sie "
                "dieser Ruhe Zeit, für Sie interessant zu werden."
            ),
            (
                "Seien Sie mit sich so geduldig wie mit jemandem aus Ihrem Freundeskreis, der Gründe hat, vorsichtig "
                "zu sein. Sie schulden niemandem ein Tempo, das Ihnen Angst macht."
            ),
        ),
        communication=(
            (
                "Erzählen Sie jemandem, dem Sie vertrauen, von beiden Hälften: „Ich bin dir gern nah, und manchmal "
                "bekomme ich Angst und werde still. Mir hilft, wenn du freundlich bleibst und mir etwas Zeit gibst.“"
            ),
            (
                "Vereinbaren Sie ein Wort, das „Pause, ich komme wieder“ heißt, damit ein kurzes Hinausgehen nicht "
                "aussieht, als würden Sie sich trennen."
            ),
            (
                "Halten Sie schwere Gespräche kurz. Zwanzig gute Minuten und ein zweiter Termin für den Rest können "
                "für Sie beide freundlicher sein als eine lange Nacht."
            ),
            (
                "Sagen Sie, was Sie brauchen, solange es klein ist. „Setzt du dich neben mich?“ ist eine vollständige "
                "Bitte."
            ),
            (
                "Prüfen Sie, was Sie gehört haben, bevor Sie darauf antworten: „Ich habe verstanden, dass du von mir "
                "enttäuscht bist. Hast du das gemeint?“"
            ),
        ),
        this_week=(
            (
                "Wählen Sie einen Menschen, der freundlich zu Ihnen war, und teilen Sie etwas mit ihm, das Ihnen auf "
                "einer Skala bis zehn etwa zu drei schwerfällt."
            ),
            (
                "Schreiben Sie zweimal in dieser Woche, wenn Sie von jemandem wegmöchten, auf, was in der Minute davor "
                "geschehen ist."
            ),
            (
                "Nehmen Sie sich vor dem Schlafen eine langsame Minute: Spüren Sie Ihre Füße, atmen Sie länger aus als "
                "ein, und nennen Sie fünf Dinge, die Sie hören können."
            ),
            (
                "Machen Sie eine kurze Liste von Menschen und Orten, bei denen Sie sich wohlfühlen, und verbringen Sie "
                "eine Stunde dort."
            ),
        ),
        resources=RESOURCES,
    ),
}

GERMAN = GrowthWords(
    note=(
        "Das beschreibt, wie Sie an einem Tag geantwortet haben. Es ist keine Diagnose und kein Maß Ihres Wertes. "
        "Antworten verändern sich mit Beziehungen, mit der Zeit und mit Übung, und Sie kennen sich besser als jeder "
        "Fragebogen."
    ),
    norms_source="veröffentlichte Online-Stichprobe nach Art des ECR-R, als Mittelwert und Standardabweichung",
    quality_notes={
        QualityFlag.STRAIGHT_LINED: (
            "Sie haben auf jede Aussage dieselbe Antwort gegeben. Manche Aussagen sagen das Gegenteil von anderen, das "
            "verrät uns also wenig über Sie, und das Ergebnis zählt bei Ihren Vorschlägen weniger."
        ),
        QualityFlag.HASTY: (
            "Sie haben in weniger als zwei Sekunden je Aussage geantwortet, das Ergebnis zählt daher bei Ihren "
            "Vorschlägen weniger. Wenn Sie es eilig hatten, können Sie es löschen und jederzeit neu antworten."
        ),
    },
    styles=STYLES,
    blends={
        frozenset({Style.SECURE, Style.ANXIOUS}): (
            f"{_MIDDLE} "
            "In der Nähe scheinen Sie zu Hause zu sein, und wie sehr Sie sich fragen, ob sie bleibt, ist von Woche zu "
            "Woche und von Mensch zu Mensch verschieden."
        ),
        frozenset({Style.SECURE, Style.AVOIDANT}): (
            f"{_MIDDLE} "
            "Sie scheinen sich wenig zu sorgen, ob man Sie mag, und wie nah Ihnen andere kommen sollen, hängt vom "
            "Menschen und vom Tag ab."
        ),
        frozenset({Style.ANXIOUS, Style.FEARFUL}): (
            f"{_MIDDLE} "
            "Jemandem wichtig zu sein, ist Ihnen wichtig; manchmal gehen Sie offen darauf zu, und manchmal warten Sie "
            "und halten sich zurück."
        ),
        frozenset({Style.AVOIDANT, Style.FEARFUL}): (
            f"{_MIDDLE} "
            "Sie bestimmen gern mit, wie nah andere kommen; manchmal ist das eine Vorliebe und manchmal eine Art, auf "
            "sich achtzugeben."
        ),
        frozenset(Style): (
            "Ihre beiden Werte liegen nahe der Mitte der Skala, kein einzelnes Wort passt also. Sie erkennen sich "
            "vermutlich in allem hier ein wenig wieder: Nehmen Sie, was nach Ihnen klingt, und lassen Sie den Rest."
        ),
    },
    between="Zwischen {others} und {last}",
)
