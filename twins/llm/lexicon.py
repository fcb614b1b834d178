"""Word lists of the retrieval, by language: what carries no meaning, and what means the same.

`en` is complete; the other five cover what visitors ask most. A language without lists is searched by its stems.
"""

# Beyond bm25s's lists: how questions are put, not what they are about.
EXTRA_STOP_WORDS = {
    "en": "much many long often please tell know like want would could should may might shall let us get got give "
    "explain describe say anything something everything thing things kind sort really actually also maybe hi hello "
    "hey ok okay yes no thanks thank one ones im ive id youre whats hows dont cant isnt there here s t d ll m re ve "
    "wat wht wut teh ur u pls plz hw anyone someone somebody anybody "
    "still even ever else yet wonder wondering curious question ask hear tells",
    "es": "puedes puede quiero quisiera dime decir saber cuanto cuanta cuantos cuantas cuando cual cuales por favor "
    "pasa ocurre sucede hola gracias hay tienes tiene tienen hace haces cosa cosas "
    "algo sobre pregunta usted ustedes tu tus te",
    "fr": "peux peut pouvez veux voudrais dis dites savoir combien quand quel quelle quels quelles comment pourquoi "
    "où est-ce que s'il vous plaît bonjour salut merci chose choses sur propos question y a-t-il faut avez as tu ton",
    "de": "kannst können könnte möchte will sag sagen wissen wie viel viele wann welche welcher welches warum bitte "
    "hallo danke gibt etwas ding dinge über frage wo was wer mir mal denn eigentlich habt hast macht machst",
    "it": "puoi può vorrei voglio dimmi dire sapere quanto quanta quanti quante quando quale quali perché per favore "
    "ciao salve grazie cosa cose c'è ci sono qualcosa domanda avete hai fa fai fate",
    "ar": "كم بكم ما ماذا هو هي هل في من على إلى متى أين كيف لماذا أو و يا عن هذا هذه لديكم عندكم",
    "hi": "क्या कब कहाँ कैसे क्यों कितना कितने कितनी है हैं का की के को से में पर और यह वह आप हम",
    "pt": "pode podes quero gostaria diga dizer saber quanto quanta quantos quantas quando qual quais por favor olá oi "
    "obrigado obrigada coisa coisas algo sobre pergunta há tem têm vocês você fazem faz onde porque",
}

# Words that count little: found in a passage, they do not show that it is about the question.
GENERIC_WORDS = {
    "en": "best better good great way make making made use using used new need take takes find people person help "
    "work day time name today now first last look looking start available possible different important place come go "
    "going think talk about call called do does more most live year see show some other another often little kind sort",
    "es": "mejor bueno buena forma manera hacer usar nuevo nueva necesito necesitar persona personas ayuda ayudar "
    "día tiempo nombre hoy ahora primero último posible lugar ir más año",
    "fr": "meilleur bon bonne façon manière faire utiliser nouveau nouvelle besoin personne gens aide aider jour temps "
    "nom aujourd'hui maintenant premier dernier possible lieu aller plus an année",
    "de": "beste besten gut gute weg machen benutzen neu neue brauche brauchen person leute hilfe helfen tag zeit name "
    "heute jetzt erste letzte möglich ort gehen mehr jahr",
    "it": "migliore buono buona modo fare usare nuovo nuova bisogno persona persone aiuto aiutare giorno tempo nome "
    "oggi ora adesso primo ultimo possibile posto andare più anno",
    "pt": "melhor bom boa forma maneira fazer usar novo nova preciso precisar pessoa pessoas ajuda ajudar dia tempo "
    "nome hoje agora primeiro último possível lugar ir mais ano",
}

# Everyday verbs and the like. When the knowledge has one it counts; when it has not, nothing is missing.
LIGHT_WORDS = {
    "en": "bring mean means clean keep put let try leave feel become turn run move hold happen provide include set "
    "learn change follow stop create allow allowed add spend grow offer remember consider appear wait serve expect "
    "outside inside outdoors indoors stay fall reach remain must extra exactly usually normally possible require "
    "required apply right",
    "es": "traer llevar significar limpiar dejar poner tratar sentir pasar seguir ofrecer cambiar permitir quedar",
    "fr": "apporter signifier nettoyer laisser mettre essayer sentir devenir suivre offrir changer permettre rester",
    "de": "bringen mitbringen bedeutet bedeuten lassen stellen versuchen werden folgen bieten ändern erlaubt bleiben",
    "it": "portare significare pulire lasciare mettere provare diventare seguire offrire cambiare permettere restare",
    "pt": "trazer levar significar limpar deixar pôr tentar sentir seguir oferecer mudar permitir ficar",
}

# Groups of words one of which may stand for another in an answer.
SYNONYMS = {
    "en": (
        "price cost fee charge rate pay euro dollar pound expensive cheap tariff € $ £",
        "open opening hours close closed closing schedule weekday monday tuesday wednesday thursday friday saturday "
        "sunday",
        "weekend saturday sunday",
        "address location located street directions visit situated",
        "contact email mail phone telephone call reach message",
        "deliver delivery ship shipping send courier",
        "return refund exchange cancel cancellation",
        "buy purchase order sell sold shop",
        "book booking reserve reservation appointment schedule",
        "job career hire hiring vacancy position",
        "author wrote written writer",
        "begin start found founded established opened since",
        "owner founder boss runs owns",
        "fix repair mend",
        "car vehicle parking park",
        "kid kids child children",
        "discount offer sale cheaper reduction",
        "doctor physician",
        "teach teaching lesson class course workshop",
        "guarantee warranty",
        "pay payment card cash",
        "vegan vegetarian plant",
        "hobby hobbies enjoy enjoys loves likes",
        "study studied degree university graduated education",
        "photo photograph picture image",
        "quick fast speed",
        "trip journey travel tour",
        "born birth birthday grew",
        "age old",
        "fee free",
        "chatgpt gpt openai llm language model",
        "license licence licensed",
        "message conversation chat",
        "safe secure security private privacy protect protected",
        "draw drew drawn drawing",
        "backup back",
        "install setup set installation",
        "tale story anecdote",
        "colour color",
        "hard difficult tricky easy",
        "broken break broke broken work fix",
        "strange odd suspicious phishing scam",
        "email mail message",
        "error fault failure broken",
        "card credit debit visa",
        "lose lost missing stolen theft",
        "ship boat ferry vessel",
        "petrol gasoline fuel diesel refuel tank",
        "step beginner introduction basics",
        "find found discover discovered",
    ),
    "es": (
        "precio costo coste cuesta cuestan vale valen tarifa euros pagar caro barato € $",
        "abre abren abierto abrimos horario cierra cerrado cerramos lunes martes miércoles jueves viernes sábado "
        "domingo",
        "fin semana sábado domingo",
        "dirección ubicación calle ubicado encuentra",
        "contacto correo teléfono llamar escribir",
        "entrega entregar envío enviar reparto domicilio",
        "devolución devolver reembolso cambio",
        "comprar compra pedido pedir vender vendemos",
        "reservar reserva cita",
        "curso clase taller lección",
    ),
    "fr": (
        "prix coût coûte coûtent tarif euros payer cher € $",
        "ouvre ouvert ouverte ouvrez ouvrons horaires ferme fermé fermons lundi mardi mercredi jeudi vendredi "
        "samedi dimanche",
        "week-end weekend samedi dimanche",
        "adresse rue situé trouve trouver lieu",
        "contact contacter courriel mail téléphone appeler écrire",
        "livraison livrer livrez livrons expédition envoyer",
        "retour retourner remboursement échange",
        "acheter achat commande commander vendre vendons",
        "réserver réservation rendez-vous",
        "cours atelier leçon",
    ),
    "de": (
        "preis preise kosten kostet euro bezahlen teuer billig gebühr € $",
        "öffnen öffnet geöffnet offen öffnungszeiten uhr schließen geschlossen montag dienstag mittwoch donnerstag "
        "freitag samstag sonntag",
        "wochenende samstag sonntag",
        "adresse straße liegt finden",
        "kontakt mail telefon anrufen schreiben erreichen",
        "liefern lieferung liefert versand senden",
        "rückgabe zurückgeben erstattung umtausch",
        "kaufen kauf bestellen bestellung verkaufen",
        "buchen buchung reservieren reservierung termin",
        "kurs unterricht workshop",
    ),
    "it": (
        "prezzo costo costa costano tariffa euro pagare caro € $",
        "apre aprite aperto apriamo orario orari chiude chiuso chiudiamo lunedì martedì mercoledì giovedì venerdì "
        "sabato domenica",
        "weekend settimana sabato domenica",
        "indirizzo via trova situato",
        "contatto mail telefono chiamare scrivere",
        "consegna consegnare consegnate spedizione spedire",
        "reso restituire rimborso cambio",
        "comprare acquisto ordine ordinare vendere vendiamo",
        "prenotare prenotazione appuntamento",
        "corso lezione laboratorio",
    ),
    "pt": (
        "preço custo custa custam tarifa euros reais pagar caro barato € $",
        "abre abrem aberto abrimos horário fecha fechado fechamos segunda terça quarta quinta sexta sábado domingo",
        "fim semana sábado domingo",
        "endereço morada rua localizado fica",
        "contato contacto email telefone ligar escrever",
        "entrega entregar entregam envio enviar",
        "devolução devolver reembolso troca",
        "comprar compra pedido pedir encomendar vender vendemos",
        "reservar reserva marcação consulta",
        "curso aula oficina",
    ),
}

# What a form of question asks for: (pattern of the question, words that answer it).
# Kinds of things that answers hold, marked in the text of the knowledge: any language, by their written form.
ANSWER_KINDS = {
    "#year": r"\b(?:1[4-9]|20)\d\d\b",
    "#money": r"[€$£¥₹]|\b(?:euros?|dollars?|pounds?|cents?|usd|eur|gbp|chf|francs?|reais|yen|pesos?|free|gratis|"
    r"kostenlos|gratuite?s?|gratuit[oai]s?)\b|[元円원]",
    "#share": r"\d ?%|\bper ?cent\b|\b(?:half|a third|a quarter) (?:of|the)\b",
    "#time": r"\b\d{1,2}(?::\d\d)?\s?(?:a\.?m|p\.?m|uhr|h|o['’]clock|heures)\b|\b\d{1,2}:\d\d\b|\b(?:noon|midnight)\b",
    "#span": r"\b(?:\w+|½)[ -](?:minute|hour|day|week|month|year|decade|minuto|hora|d[ií]a|semana|mes|meses|año|heure|"
    r"jour|semaine|mois|an|minuten?|stunden?|tage?|wochen?|monate?|jahre?|minuti?|or[ae]|giorn[oi]|settiman[ae]|"
    r"mes[ei]|ann[oi]|dia|mês|ano)s?\b",
    "#length": r"\b\d[\d.,]*[ -]?(?:m|cm|mm|km|met(?:re|er)s?|centimet(?:re|er)s?|kilomet(?:re|er)s?|feet|foot|"
    r"inch(?:es)?|miles?|metros?|mètres?|metri|meter)\b",
    "#weekday": r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b",
    "#place": r"\b(?:at|in|near|beside|behind|opposite|from) (?:the )?(?:\d+\w? )?(?-i:[A-Z])\w+|\b(?:street|road|quay|"
    r"avenue|square|lane|floor)\b",
    "#often": r"\b(?:every|daily|weekly|monthly|yearly|once|twice|each|per|cada|diari\w+|semanal\w*|chaque|täglich|"
    r"wöchentlich|jede[nrs]?|ogni|settimanal\w*|toda[s]?|tous)\b",
    "#age": r"\b(?:\d+|[a-z]+)[ -]years?[ -](?:old|of age)\b|\baged \d+|\bborn\b|\bbirthday\b",
    "#contact": r"\S@\S|\+\d[\d ()-]{6,}|\b0\d[\d ()/-]{6,}",
}

# Kinds without which a sentence is no answer to a question that asks for them.
NEEDED_KINDS = frozenset({"#age", "#contact", "#length"})

# What a form of question asks for: (pattern of the question, words or kinds that answer it).
QUESTION_FORMS = {
    "en": (
        (
            r"\bhow (?:much (?:is|are|does|do|for|will|would)|expensive)\b|\bwhat.{0,20}\bcost\b",
            "#money #share price cost fee",
        ),
        (r"\bin (?:centi|kilo|milli)?met(?:re|er)s\b|\bin (?:feet|inches|miles|kilometres)\b", "#length"),
        (r"\bhow (?:early|late|soon)\b", "#span #time before"),
        (r"\bhow long (?:does|do|did|will|would|until|before)\b", "#span duration"),
        (r"\bhow long\b", "#span #length duration"),
        (r"\b(?:which|what) (?:week)?days?\b", "#weekday"),
        (
            r"\b(?:phone|telephone|mobile|e-?mail) (?:number|address)|\b(?:phone|telephone|mobile|e-?mail)\W*$",
            "#contact",
        ),
        (r"\bhow (?:often|frequently)\b", "#often"),
        (r"\bwhat time\b|\bwhen (?:do|are|is|does) (?:you|it|the)\b", "#time open hour monday sunday"),
        (r"\b(?:opening|business|office)? ?(?:hours|times)\b", "#time"),
        (r"\bhow old\b", "#age born age old founded built since oldest"),
        (r"\bhow far\b", "kilometre kilometer mile km walk"),
        (r"\bwhere\b", "#place address street located live near"),
        (
            r"\bhow (?:do|can|could) (?:i|we) "
            r"(?:(?:reach|contact|call|phone|e-?mail)\b(?! an?\b)|write to\b|write you\b)",
            "#contact email phone contact",
        ),
        (r"\bwhen (?:did|was|were)\b|\b(?:what|which) year\b|\bsince when\b", "#year since founded born"),
    ),
    "es": (
        (r"\bcu[aá]nto (?:cuesta|vale|es|cobra)", "#money precio"),
        (r"\bcu[aá]nto (?:tiempo|tarda|dura)", "#span"),
        (r"\bd[oó]nde\b", "calle dirección ciudad cerca encuentra"),
        (r"\ba qu[eé] hora\b|\bcu[aá]ndo (?:abr|cierr)", "#time abre horario lunes domingo"),
        (r"\b(?:cu[aá]ndo|en qu[eé] año) (?:fue|naci|empez|fund|abri)", "#year"),
    ),
    "fr": (
        (r"\bcombien (?:co[uû]te|ça|est)|\bà combien\b", "#money prix"),
        (r"\bcombien de temps\b", "#span"),
        (r"\bo[uù]\b", "rue adresse ville près situé"),
        (r"\bquelle heure\b|\bquand (?:ouvr|ferm|êtes)", "#time ouvert horaires lundi dimanche"),
        (r"\b(?:quelle année|depuis quand)\b|\bquand (?:a|as|avez|est)\b", "#year"),
    ),
    "de": (
        (r"\bwie ?viel kostet|\bwas kostet|\bwie teuer\b", "#money preis"),
        (r"\bwie lange\b", "#span"),
        (r"\bwie oft\b", "#often"),
        (r"\bwo\b", "straße adresse stadt nähe liegt"),
        (r"\bwann (?:habt|öffn|schlie|sind|seid|macht)", "#time geöffnet montag sonntag"),
        (r"\b(?:seit wann|wann (?:wurde|war|hast|haben))\b", "#year"),
    ),
    "it": (
        (r"\bquanto (?:costa|costano|viene)", "#money prezzo"),
        (r"\bquanto (?:tempo|dura|ci vuole)", "#span"),
        (r"\bdove\b|\bdov'", "via indirizzo città vicino trova"),
        (r"\ba che ora\b|\bquando (?:apr|chiud)", "#time apre orario lunedì domenica"),
        (r"\bquando (?:è|hai|avete|fu)\b|\bin che anno\b", "#year"),
    ),
    "pt": (
        (r"\bquanto (?:custa|custam|é)", "#money preço"),
        (r"\bquanto tempo\b", "#span"),
        (r"\bonde\b", "rua endereço morada cidade perto fica"),
        (r"\ba que horas\b|\bquando (?:abr|fech)", "#time abre horário segunda domingo"),
        (r"\bquando (?:foi|nasceu|começ|fund)|\bem que ano\b", "#year"),
    ),
}

QUESTION_FORMS |= {
    "zh": ((r"多少钱|价格|几块", "#money"), (r"几点|什么时候", "#time 点"), (r"多久", "#span 小时 分钟")),
    "ja": ((r"いくら|値段|料金", "#money"), (r"何時", "#time 時"), (r"どこ", "住所 駅")),
    "ko": ((r"얼마", "#money"), (r"언제|몇 ?시", "#time"), (r"어디", "주소")),
}

COPULAS = frozenset({"is", "are", "was", "were", "es", "son", "est", "sont", "ist", "sind", "è", "sono", "é", "são"})

# Words of a question as the twin's own sentence has them: "do you speak" is answered by "I speak".
ANSWERED_AS = {"en": {"you": "i", "your": "my", "yours": "mine", "yourself": "myself", "i": "you", "my": "your"}}

# A sentence that opens so leans on the one before it.
LEANS_ON_THE_ONE_BEFORE = {
    "en": r"(?:it|its|they|their|them|this|that|these|those|he|she|his|her|there|such|both|each|also|however|then)\b",
    "es": r"(?:esto|eso|este|esta|estos|estas|ella|él|ellos|ellas|su|sus|también|además|allí)\b",
    "fr": r"(?:il|elle|ils|elles|cela|ce|cet|cette|ces|son|sa|ses|leur|leurs|aussi|c['’]est|là)\b",
    "de": r"(?:es|er|sie|dies|diese|dieser|dieses|ihr|ihre|sein|seine|dort|auch|dabei|dazu|außerdem)\b",
    "it": r"(?:esso|essa|essi|questo|questa|questi|queste|lui|lei|loro|suo|sua|anche|inoltre|lì)\b",
    "pt": r"(?:ele|ela|eles|elas|isto|isso|este|esta|esse|essa|seu|sua|também|além|lá)\b",
}

# Han and kana that only hold a sentence together; terms do not reach across them.
STOP_CHARACTERS = "的了吗呢吧啊是在和与我你您他她它们这那哪什么怎么几多少请问很都也就不钱吗ぁ-ゖ"
# Korean words that only ask, by their first two syllables.
KOREAN_ASKING = ("얼마", "언제", "어디", "무엇", "뭐예", "있나", "인가", "해요", "하나", "어떻", "알려", "주세", "인지")
