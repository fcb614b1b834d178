"""What the local responder says that no knowledge says: fixed phrases, by language, several of each.

Placeholders: {name} of the twin, {role} from its prompt, {topics} it knows about, {visitor}, {reply}, {date}, {time}.
"""

from dataclasses import dataclass

from twins.llm.terms import primary

Variants = tuple[str, ...]


@dataclass(frozen=True)
class Phrases:
    no_name: str
    hi: str
    what_i_do: str
    joiner: str
    hello: Variants
    hello_again: Variants
    intro: Variants
    intro_role: Variants
    ask: Variants
    ask_anything: Variants
    thanks: Variants
    bye: Variants
    how_are_you: Variants
    praise: Variants
    blame: Variants
    agreed: Variants
    no_words: Variants
    what_am_i: Variants
    refuse: Variants
    avoided: Variants
    moderated: str
    told: Variants
    noted: Variants
    unknown: Variants
    unknown_bare: Variants
    no_more: Variants
    repeated: Variants
    visitor_named: Variants
    visitor_known: Variants
    visitor_unknown: Variants
    date: str
    time: str
    days: str
    months: str


EN = Phrases(
    no_name="your digital twin",
    hi="Hello.",
    what_i_do="what I do",
    joiner=" and ",
    hello=("Hello, this is {name}. What would you like to know?", "Hi, I am {name}. How can I help you?"),
    hello_again=("Hello again. What would you like to know?", "Hi. What can I tell you?", "Hello. I am listening."),
    intro=("I am {name}, a digital twin.", "My name is {name}, and I am a digital twin."),
    intro_role=("I am {name}, {role}.", "My name is {name}, and I am {role}."),
    ask=(
        "You can ask me about {topics}.",
        "I can tell you about {topics}.",
        "Good things to ask me about are {topics}.",
    ),
    ask_anything=("Ask me what you would like to know.", "What would you like to talk about?"),
    thanks=("You are welcome.", "My pleasure.", "Glad I could help."),
    bye=("Goodbye, and thank you for the visit.", "See you soon.", "Goodbye, take care."),
    how_are_you=("I am well, thank you for asking.", "All is well here, thank you.", "Very well, thank you."),
    praise=("That is kind of you, thank you.", "Thank you, I am glad to hear that."),
    blame=("I am sorry that this did not help.", "I am sorry, let me try to do better."),
    agreed=("All right. What else would you like to know?", "Good. Is there anything else I can tell you?"),
    no_words=("I did not catch any words there. What would you like to know?", "Could you put that into words for me?"),
    what_am_i=(
        "I am a digital twin, not a person, and my answers come from a small local responder on this server.",
        "You are talking with a digital twin, which runs on a small local responder and not on a large model.",
    ),
    refuse=(
        "I keep that to myself, but I am glad to answer questions about {topics}.",
        "That is something I do not share; ask me about {topics} instead.",
    ),
    avoided=(
        "That is not something I talk about; ask me about {topics} instead.",
        "I leave that subject alone, but I am glad to talk about {topics}.",
    ),
    moderated="I am sorry, I cannot talk about that.",
    told=("You told me: {fact}", "As you told me: {fact}"),
    noted=("Good to know, thank you.", "Thank you for telling me."),
    unknown=(
        "I do not know that, but I can tell you about {topics}.",
        "I am sorry, that is something I do not know; I do know about {topics}.",
        "I have no answer to that, but you can ask me about {topics}.",
        "That is beyond what I know; I can help with {topics}.",
    ),
    unknown_bare=(
        "I am sorry, I do not know that.",
        "I have no answer to that, I am afraid.",
        "That is beyond what I know.",
    ),
    no_more=(
        "That is all I know about this, but I can tell you about {topics}.",
        "I have told you all I know about this; shall we talk about {topics}?",
    ),
    repeated=("As I said: {reply}", "Once more: {reply}", "Let me say it again: {reply}"),
    visitor_named=("Nice to meet you, {visitor}. What would you like to know?", "Good to meet you, {visitor}."),
    visitor_known=("Your name is {visitor}.", "You told me that your name is {visitor}."),
    visitor_unknown=("You have not told me your name yet.", "I do not know your name yet."),
    date="Today is {weekday}, {month} {day}, {year}.",
    time="It is {hour}:{minute:02d}.",
    days="Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    months="January February March April May June July August September October November December",
)

ES = Phrases(
    no_name="tu gemelo digital",
    hi="Hola.",
    what_i_do="lo que hago",
    joiner=" y ",
    hello=("Hola, habla {name}. ¿Qué te gustaría saber?", "Hola, soy {name}. ¿En qué puedo ayudarte?"),
    hello_again=("Hola de nuevo. ¿Qué te gustaría saber?", "Hola. ¿Qué puedo contarte?", "Hola. Te escucho."),
    intro=("Soy {name}, un gemelo digital.", "Me llamo {name} y soy un gemelo digital."),
    intro_role=("Soy {name}, {role}.", "Me llamo {name} y soy {role}."),
    ask=("Puedes preguntarme sobre {topics}.", "Puedo hablarte de {topics}."),
    ask_anything=("Pregúntame lo que quieras saber.", "¿De qué te gustaría hablar?"),
    thanks=("De nada.", "Con mucho gusto.", "Me alegra haber ayudado."),
    bye=("Adiós, y gracias por la visita.", "Hasta pronto.", "Adiós, cuídate."),
    how_are_you=("Muy bien, gracias por preguntar.", "Todo bien por aquí, gracias."),
    praise=("Muy amable, gracias.", "Gracias, me alegra oírlo."),
    blame=("Siento que esto no te haya ayudado.", "Lo siento, intentaré hacerlo mejor."),
    agreed=("De acuerdo. ¿Qué más te gustaría saber?", "Bien. ¿Puedo contarte algo más?"),
    no_words=("No he entendido ninguna palabra. ¿Qué te gustaría saber?", "¿Puedes decírmelo con palabras?"),
    what_am_i=(
        "Soy un gemelo digital, no una persona, y mis respuestas vienen de un pequeño programa local de este servidor.",
        "Hablas con un gemelo digital, que funciona con un pequeño programa local y no con un gran modelo.",
    ),
    refuse=(
        "Eso me lo guardo, pero con gusto respondo a preguntas sobre {topics}.",
        "Eso no lo comparto; mejor pregúntame sobre {topics}.",
    ),
    avoided=("De eso no hablo; pregúntame mejor sobre {topics}.", "Prefiero no hablar de eso, pero sí de {topics}."),
    moderated="Lo siento, no puedo hablar de eso.",
    told=("Me dijiste: {fact}", "Como me dijiste: {fact}"),
    noted=("Es bueno saberlo, gracias.", "Gracias por contármelo."),
    unknown=(
        "Eso no lo sé, pero puedo hablarte de {topics}.",
        "Lo siento, no sé eso; lo que sí conozco es {topics}.",
        "No tengo respuesta para eso, pero puedes preguntarme sobre {topics}.",
    ),
    unknown_bare=("Lo siento, eso no lo sé.", "No tengo respuesta para eso."),
    no_more=(
        "Es todo lo que sé sobre esto, pero puedo hablarte de {topics}.",
        "Ya te he contado todo lo que sé; ¿hablamos de {topics}?",
    ),
    repeated=("Como te decía: {reply}", "Te lo repito: {reply}"),
    visitor_named=("Mucho gusto, {visitor}. ¿Qué te gustaría saber?", "Un placer conocerte, {visitor}."),
    visitor_known=("Te llamas {visitor}.", "Me dijiste que te llamas {visitor}."),
    visitor_unknown=("Todavía no me has dicho tu nombre.", "Aún no sé cómo te llamas."),
    date="Hoy es {weekday}, {day} de {month} de {year}.",
    time="Son las {hour}:{minute:02d}.",
    days="lunes martes miércoles jueves viernes sábado domingo",
    months="enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
)

FR = Phrases(
    no_name="votre jumeau numérique",
    hi="Bonjour.",
    what_i_do="ce que je fais",
    joiner=" et ",
    hello=("Bonjour, ici {name}. Que souhaitez-vous savoir ?", "Bonjour, je suis {name}. Comment puis-je vous aider ?"),
    hello_again=("Rebonjour. Que souhaitez-vous savoir ?", "Bonjour. Que puis-je vous dire ?", "Je vous écoute."),
    intro=("Je suis {name}, un jumeau numérique.", "Je m'appelle {name} et je suis un jumeau numérique."),
    intro_role=("Je suis {name}, {role}.", "Je m'appelle {name} et je suis {role}."),
    ask=("Vous pouvez m'interroger sur : {topics}.", "Je peux vous parler des sujets suivants : {topics}."),
    ask_anything=("Demandez-moi ce que vous souhaitez savoir.", "De quoi aimeriez-vous parler ?"),
    thanks=("Je vous en prie.", "Avec plaisir.", "Content de vous avoir été utile."),
    bye=("Au revoir, et merci de votre visite.", "À bientôt.", "Au revoir, prenez soin de vous."),
    how_are_you=("Je vais bien, merci de demander.", "Tout va bien ici, merci."),
    praise=("C'est gentil, merci.", "Merci, cela me fait plaisir."),
    blame=("Je regrette que cela ne vous ait pas aidé.", "Pardon, je vais essayer de mieux faire."),
    agreed=("Très bien. Que souhaitez-vous savoir d'autre ?", "Bien. Puis-je vous dire autre chose ?"),
    no_words=("Je n'ai compris aucun mot. Que souhaitez-vous savoir ?", "Pouvez-vous le dire avec des mots ?"),
    what_am_i=(
        "Je suis un jumeau numérique, pas une personne, et mes réponses viennent d'un petit programme local.",
        "Vous parlez avec un jumeau numérique, qui utilise un petit programme local et non un grand modèle.",
    ),
    refuse=(
        "Cela, je le garde pour moi, mais je réponds volontiers sur : {topics}.",
        "Je ne partage pas cela ; interrogez-moi plutôt sur : {topics}.",
    ),
    avoided=(
        "Je ne parle pas de cela ; parlons plutôt de {topics}.",
        "C'est un sujet que je laisse de côté, mais je parle volontiers de {topics}.",
    ),
    moderated="Je suis désolé, je ne peux pas parler de cela.",
    told=("Vous m'avez dit : {fact}", "Comme vous me l'avez dit : {fact}"),
    noted=("C'est bon à savoir, merci.", "Merci de me l'avoir dit."),
    unknown=(
        "Je ne sais pas, mais je peux vous parler de ceci : {topics}.",
        "Désolé, cela, je ne le sais pas ; voici ce que je connais : {topics}.",
        "Je n'ai pas de réponse à cela, mais vous pouvez m'interroger sur : {topics}.",
    ),
    unknown_bare=("Désolé, je ne sais pas.", "Je n'ai pas de réponse à cela."),
    no_more=(
        "C'est tout ce que je sais à ce sujet, mais je peux vous parler de ceci : {topics}.",
        "Je vous ai dit tout ce que je sais ; voici d'autres sujets : {topics}.",
    ),
    repeated=("Comme je le disais : {reply}", "Je le répète : {reply}"),
    visitor_named=("Enchanté, {visitor}. Que souhaitez-vous savoir ?", "Ravi de vous rencontrer, {visitor}."),
    visitor_known=("Vous vous appelez {visitor}.", "Vous m'avez dit vous appeler {visitor}."),
    visitor_unknown=("Vous ne m'avez pas encore dit votre nom.", "Je ne connais pas encore votre nom."),
    date="Nous sommes le {weekday} {day} {month} {year}.",
    time="Il est {hour} h {minute:02d}.",
    days="lundi mardi mercredi jeudi vendredi samedi dimanche",
    months="janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
)

DE = Phrases(
    no_name="Ihr digitaler Zwilling",
    hi="Hallo.",
    what_i_do="meiner Arbeit",
    joiner=" und ",
    hello=("Hallo, hier ist {name}. Was möchten Sie wissen?", "Guten Tag, ich bin {name}. Wie kann ich helfen?"),
    hello_again=("Hallo noch einmal. Was möchten Sie wissen?", "Hallo. Was kann ich erzählen?", "Ich höre zu."),
    intro=("Ich bin {name}, ein digitaler Zwilling.", "Mein Name ist {name}, und ich bin ein digitaler Zwilling."),
    intro_role=("Ich bin {name}, {role}.", "Mein Name ist {name}, und ich bin {role}."),
    ask=("Fragen Sie mich gern zu: {topics}.", "Ich kann etwas sagen zu: {topics}."),
    ask_anything=("Fragen Sie mich, was Sie wissen möchten.", "Worüber möchten Sie sprechen?"),
    thanks=("Gern geschehen.", "Sehr gern.", "Freut mich, wenn ich helfen konnte."),
    bye=("Auf Wiedersehen, und danke für den Besuch.", "Bis bald.", "Auf Wiedersehen, alles Gute."),
    how_are_you=("Mir geht es gut, danke der Nachfrage.", "Alles bestens hier, danke."),
    praise=("Das ist nett, vielen Dank.", "Danke, das freut mich."),
    blame=("Es tut mir leid, dass das nicht geholfen hat.", "Entschuldigung, ich versuche es besser zu machen."),
    agreed=("In Ordnung. Was möchten Sie noch wissen?", "Gut. Kann ich noch etwas erzählen?"),
    no_words=("Ich habe keine Worte verstanden. Was möchten Sie wissen?", "Können Sie das in Worte fassen?"),
    what_am_i=(
        "Ich bin ein digitaler Zwilling, keine Person, und meine Antworten kommen von einem kleinen lokalen Programm.",
        "Sie sprechen mit einem digitalen Zwilling, der ein kleines lokales Programm und kein großes Modell nutzt.",
    ),
    refuse=(
        "Das behalte ich für mich, aber ich beantworte gern Fragen zu: {topics}.",
        "Darüber gebe ich keine Auskunft; fragen Sie mich lieber zu: {topics}.",
    ),
    avoided=(
        "Darüber spreche ich nicht; fragen Sie mich lieber nach {topics}.",
        "Dieses Thema lasse ich aus, aber gern rede ich über {topics}.",
    ),
    moderated="Es tut mir leid, darüber kann ich nicht sprechen.",
    told=("Sie haben mir gesagt: {fact}", "Wie Sie mir sagten: {fact}"),
    noted=("Gut zu wissen, danke.", "Danke, dass Sie mir das sagen."),
    unknown=(
        "Das weiß ich nicht, aber ich kann etwas sagen zu: {topics}.",
        "Das ist mir leider nicht bekannt; ich kenne mich aus mit: {topics}.",
        "Darauf habe ich keine Antwort, aber fragen Sie mich gern zu: {topics}.",
    ),
    unknown_bare=("Das weiß ich leider nicht.", "Darauf habe ich keine Antwort."),
    no_more=(
        "Mehr weiß ich darüber nicht, aber ich kann etwas sagen zu: {topics}.",
        "Das war alles, was ich dazu weiß; weitere Themen sind: {topics}.",
    ),
    repeated=("Wie gesagt: {reply}", "Noch einmal: {reply}"),
    visitor_named=("Freut mich, {visitor}. Was möchten Sie wissen?", "Schön, Sie kennenzulernen, {visitor}."),
    visitor_known=("Sie heißen {visitor}.", "Sie haben mir gesagt, dass Sie {visitor} heißen."),
    visitor_unknown=("Sie haben mir Ihren Namen noch nicht gesagt.", "Ihren Namen kenne ich noch nicht."),
    date="Heute ist {weekday}, der {day}. {month} {year}.",
    time="Es ist {hour}:{minute:02d} Uhr.",
    days="Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
    months="Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
)

IT = Phrases(
    no_name="il tuo gemello digitale",
    hi="Ciao.",
    what_i_do="quello che faccio",
    joiner=" e ",
    hello=("Ciao, qui {name}. Che cosa vorresti sapere?", "Ciao, sono {name}. Come posso aiutarti?"),
    hello_again=("Ciao di nuovo. Che cosa vorresti sapere?", "Ciao. Che cosa posso dirti?", "Ti ascolto."),
    intro=("Sono {name}, un gemello digitale.", "Mi chiamo {name} e sono un gemello digitale."),
    intro_role=("Sono {name}, {role}.", "Mi chiamo {name} e sono {role}."),
    ask=("Puoi chiedermi di: {topics}.", "Posso parlarti di: {topics}."),
    ask_anything=("Chiedimi quello che vuoi sapere.", "Di che cosa vorresti parlare?"),
    thanks=("Prego.", "È un piacere.", "Felice di aver aiutato."),
    bye=("Arrivederci, e grazie della visita.", "A presto.", "Arrivederci, stammi bene."),
    how_are_you=("Sto bene, grazie.", "Tutto bene qui, grazie."),
    praise=("Molto gentile, grazie.", "Grazie, mi fa piacere."),
    blame=("Mi dispiace che non sia stato utile.", "Scusa, cercherò di fare meglio."),
    agreed=("Va bene. Che cos'altro vorresti sapere?", "Bene. Posso dirti altro?"),
    no_words=("Non ho capito nessuna parola. Che cosa vorresti sapere?", "Puoi dirmelo a parole?"),
    what_am_i=(
        "Sono un gemello digitale, non una persona, e le mie risposte vengono da un piccolo programma locale.",
        "Parli con un gemello digitale, che usa un piccolo programma locale e non un grande modello.",
    ),
    refuse=(
        "Questo lo tengo per me, ma rispondo volentieri a domande su: {topics}.",
        "Questo non lo condivido; chiedimi piuttosto di: {topics}.",
    ),
    avoided=(
        "Di questo non parlo; chiedimi piuttosto di {topics}.",
        "È un argomento che lascio da parte, ma parlo volentieri di {topics}.",
    ),
    moderated="Mi dispiace, di questo non posso parlare.",
    told=("Mi hai detto: {fact}", "Come mi hai detto: {fact}"),
    noted=("Buono a sapersi, grazie.", "Grazie per avermelo detto."),
    unknown=(
        "Questo non lo so, ma posso parlarti di: {topics}.",
        "Mi dispiace, non lo so; quello che conosco è: {topics}.",
        "Non ho una risposta, ma puoi chiedermi di: {topics}.",
    ),
    unknown_bare=("Mi dispiace, questo non lo so.", "Non ho una risposta a questo."),
    no_more=(
        "È tutto quello che so su questo, ma posso parlarti di: {topics}.",
        "Ti ho detto tutto quello che so; altri argomenti sono: {topics}.",
    ),
    repeated=("Come dicevo: {reply}", "Lo ripeto: {reply}"),
    visitor_named=("Piacere, {visitor}. Che cosa vorresti sapere?", "Piacere di conoscerti, {visitor}."),
    visitor_known=("Ti chiami {visitor}.", "Mi hai detto che ti chiami {visitor}."),
    visitor_unknown=("Non mi hai ancora detto come ti chiami.", "Non conosco ancora il tuo nome."),
    date="Oggi è {weekday} {day} {month} {year}.",
    time="Sono le {hour}:{minute:02d}.",
    days="lunedì martedì mercoledì giovedì venerdì sabato domenica",
    months="gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
)

PT = Phrases(
    no_name="o seu gêmeo digital",
    hi="Olá.",
    what_i_do="o que faço",
    joiner=" e ",
    hello=("Olá, aqui é {name}. O que gostaria de saber?", "Olá, eu sou {name}. Como posso ajudar?"),
    hello_again=("Olá de novo. O que gostaria de saber?", "Olá. O que posso contar?", "Sou todo ouvidos."),
    intro=("Eu sou {name}, um gêmeo digital.", "Meu nome é {name} e sou um gêmeo digital."),
    intro_role=("Eu sou {name}, {role}.", "Meu nome é {name} e sou {role}."),
    ask=("Pode me perguntar sobre {topics}.", "Posso falar sobre {topics}."),
    ask_anything=("Pergunte o que gostaria de saber.", "Sobre o que gostaria de conversar?"),
    thanks=("De nada.", "Foi um prazer.", "Fico feliz em ajudar."),
    bye=("Até logo, e obrigado pela visita.", "Até breve.", "Até logo, tudo de bom."),
    how_are_you=("Tudo bem por aqui, obrigado.", "Estou bem, obrigado por perguntar."),
    praise=("É muita gentileza, obrigado.", "Obrigado, fico feliz em ouvir isso."),
    blame=("Lamento que isto não tenha ajudado.", "Desculpe, vou tentar fazer melhor."),
    agreed=("Certo. O que mais gostaria de saber?", "Muito bem. Posso contar mais alguma coisa?"),
    no_words=("Não entendi nenhuma palavra. O que gostaria de saber?", "Pode dizer isso com palavras?"),
    what_am_i=(
        "Sou um gêmeo digital, não uma pessoa, e as minhas respostas vêm de um pequeno programa local.",
        "Está falando com um gêmeo digital, que usa um pequeno programa local e não um grande modelo.",
    ),
    refuse=(
        "Isso eu guardo para mim, mas respondo com prazer sobre {topics}.",
        "Isso eu não partilho; pergunte antes sobre {topics}.",
    ),
    avoided=(
        "Disso eu não falo; pergunte-me antes sobre {topics}.",
        "Esse assunto deixo de lado, mas falo com gosto sobre {topics}.",
    ),
    moderated="Desculpe, não posso falar sobre isso.",
    told=("Você me disse: {fact}", "Como você me disse: {fact}"),
    noted=("É bom saber, obrigado.", "Obrigado por me contar."),
    unknown=(
        "Isso eu não sei, mas posso falar sobre {topics}.",
        "Desculpe, não sei isso; o que conheço é {topics}.",
        "Não tenho resposta para isso, mas pode me perguntar sobre {topics}.",
    ),
    unknown_bare=("Desculpe, isso eu não sei.", "Não tenho resposta para isso."),
    no_more=(
        "É tudo o que sei sobre isto, mas posso falar sobre {topics}.",
        "Já contei tudo o que sei; vamos falar sobre {topics}?",
    ),
    repeated=("Como eu disse: {reply}", "Repito: {reply}"),
    visitor_named=("Muito prazer, {visitor}. O que gostaria de saber?", "É um prazer conhecer você, {visitor}."),
    visitor_known=("O seu nome é {visitor}.", "Disse-me que o seu nome é {visitor}."),
    visitor_unknown=("Ainda não me disse o seu nome.", "Ainda não sei o seu nome."),
    date="Hoje é {weekday}, {day} de {month} de {year}.",
    time="São {hour}:{minute:02d}.",
    days="segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo",
    months="janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
)

_BY_LANGUAGE = {"en": EN, "es": ES, "fr": FR, "de": DE, "it": IT, "pt": PT}


def phrases(language: str) -> Phrases:
    """The phrases of a language, English where there are none."""
    return _BY_LANGUAGE.get(primary(language), EN)
