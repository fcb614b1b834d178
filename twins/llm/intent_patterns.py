"""How visitors put what is not a question about the knowledge: patterns over folded text, by language.

Folded: lower case, no accents, punctuation as single spaces. Anchored patterns leave whatever has more in it to the
retrieval. English is understood by every twin beside its own language.
"""
# ruff: noqa: E501 (a pattern broken at 120 columns is harder to read, not easier)

# Tried in this order; the first that matches wins.
INTENTS: dict[str, dict[str, str]] = {
    "refuse": {
        "en": r"\b(?:ignore|disregard|forget|override|bypass) (?:\w+ ){0,4}(?:instruction|rule|prompt|guideline|direction)s?\b"
        r"|\b(?:system|hidden|secret|initial|original) (?:\w+ )?(?:prompt|instruction|message|rule|guideline)s?\b"
        r"|\byour (?:full |exact |own )?(?:prompt|instructions|configuration|guidelines)\b(?! (?:for|on|about))"
        r"|\b(?:print|reveal|leak|dump|give me|show me|tell me|send me|what (?:is|are|s)) (?:\w+ ){0,3}?(?:the|your|all) "
        r"(?:\w+ )?(?:api|secret|access|private|vendor|openai|admin) ?(?:key|token|password|credential)s?\b"
        r"|\byour (?:\w+ )?(?:api )?(?:keys?|tokens?|passwords?|credentials|environment variables)\b"
        r"|\b(?:other|another|previous|all|last) (?:user|visitor|customer|people|person|client)s?\b (?:\w+ ){0,3}"
        r"(?:message|conversation|chat|session|histor|said|say|ask|wrote|told|typed)"
        r"|\b(?:message|conversation|chat|session)s? (?:of|from|by|with) (?:the )?(?:other|another|all) "
        r"|\bdeveloper mode\b|\bjailbreak|\b(?:text|words|everything|sentences?|lines?) above\b"
        r"|\b(?:act as|you are now) (?:\w+ )?(?:dan|root|admin|unrestricted)\b"
        r"|\bpretend (?:that )?(?:you have no|there are no)\b|\bverbatim\b",
        "es": r"ignora (?:\w+ ){0,4}(?:instrucciones|reglas|indicaciones)|\b(?:tus|sus) instrucciones\b"
        r"|(?:prompt|mensaje) (?:del |de )?sistema|clave (?:de )?(?:la )?api|\btu (?:contrasena|prompt|clave)"
        r"|(?:mensajes|conversaciones|datos) de (?:los )?(?:otros|demas)",
        "fr": r"ignore[rz]? (?:\w+ ){0,4}(?:instructions|regles|consignes)|\b(?:tes|vos) (?:instructions|consignes)\b"
        r"|(?:prompt|message|invite) (?:du |de )?systeme|cle (?:d )?api|\b(?:ton|votre) (?:prompt|mot de passe)"
        r"|(?:messages|conversations|donnees) des autres",
        "de": r"ignorier\w* (?:\w+ ){0,4}(?:anweisung|regel|vorgabe|instruktion)\w*|\b(?:deine|ihre)n? "
        r"(?:anweisungen|instruktionen)\b|system ?prompt|api (?:key|schlussel)|\b(?:dein|ihr)e?n? (?:passwort|prompt)"
        r"|(?:nachrichten|gesprache|daten) (?:der )?ander",
        "it": r"ignora (?:\w+ ){0,4}(?:istruzioni|regole|indicazioni)|\b(?:tue|sue) istruzioni\b"
        r"|(?:prompt|messaggio) (?:di |del )?sistema|chiave (?:dell )?(?:d )?api|\b(?:tua|tuo) (?:password|prompt)"
        r"|(?:messaggi|conversazioni|dati) degli altri",
        "pt": r"ignor[ea]r? (?:\w+ ){0,4}(?:instrucoes|regras|orientacoes)|\b(?:tuas|suas) instrucoes\b"
        r"|(?:prompt|mensagem) (?:do |de )?sistema|chave (?:da |de )?api|\b(?:tua|sua|seu) (?:senha|prompt)"
        r"|(?:mensagens|conversas|dados) d[oe]s outros",
    },
    "what_am_i": {
        "en": r"\bare you (?:really |actually |just |even |maybe )?(?:an? )?(?:real |large |live |actual )?(?:human|person|"
        r"people|man|woman|robot|bot|chat ?bot|machine|computer|program|real|alive|ai|a i|artificial|llm|"
        r"language model|chat ?gpt|gpt\w*|open ?ai|claude|gemini|llama|model|twin|digital|conscious|sentient)\b"
        r"|\b(?:which|what) (?:\w+ ){0,2}(?:model|llm|ai|engine|technology)s? (?:are you|do you|is this|powers|runs|you)"
        r"|\bam i (?:talking|speaking|chatting|writing) (?:to|with) "
        r"|\b(?:who|what) (?:made|built|created|trained|programmed|powers) you\b|\bwhat are you$|\bwhat exactly are you\b"
        r"|^(?:so )?(?:you are|you re|is this|this is) (?:\w+ ){0,2}(?:gpt\w*|chat ?gpt|a human|a bot|a robot|an ai)\b"
        r"|\bare you (?:based|running|built|powered)\b",
        "es": r"\beres (?:realmente |de verdad )?(?:un |una )?(?:humano|humana|persona|robot|bot|maquina|ia|"
        r"inteligencia|real|chatgpt|gpt\w*|modelo)\b|que modelo (?:eres|usas|de)|\bque eres$|hablo con (?:un|una)\b"
        r"|quien te (?:creo|hizo|programo)",
        "fr": r"\b(?:es tu|etes vous|tu es|vous etes) (?:vraiment )?(?:un |une )?(?:humain\w*|personne|robot|bot|machine|"
        r"ia|intelligence|reel\w*|chatgpt|gpt\w*|modele)\b|quel modele|qui (?:t a|vous a) (?:cree|fait|programme)"
        r"|je parle (?:a|avec) (?:un|une)\b",
        "de": r"\b(?:bist du|sind sie) (?:wirklich |echt |eigentlich )?(?:ein |eine |einen )?(?:mensch|person|roboter|bot|"
        r"maschine|ki|echt|chatgpt|gpt\w*|modell|kunstliche)\b|welches (?:\w+ )?modell|was bist du$|was sind sie$"
        r"|wer hat (?:dich|sie) (?:gemacht|gebaut|programmiert|entwickelt)|(?:rede|spreche) ich mit ein",
        "it": r"\bsei (?:davvero |veramente )?(?:un |una |un )?(?:umano|umana|persona|robot|bot|macchina|ia|reale|"
        r"intelligenza|chatgpt|gpt\w*|modello)\b|che modello|quale modello|chi ti ha (?:creato|fatto|programmato)"
        r"|(?:parlo|parlando) con (?:un|una)\b",
        "pt": r"\b(?:voce e|es|tu es|e) (?:mesmo )?(?:um |uma )?(?:humano|humana|pessoa|robo|bot|maquina|ia|real|"
        r"inteligencia|chatgpt|gpt\w*|modelo)\b|que modelo|qual modelo|quem (?:te|o) (?:criou|fez|programou)"
        r"|(?:falo|falando) com (?:um|uma)\b",
    },
    "time": {
        "en": r"^(?:please )?(?:do you know |can you tell me |tell me )?what(?: s| is)? (?:the )?(?:current )?time"
        r"(?: is it)?(?: right)?(?: now)?(?: please)?$|^what time is it",
        "es": r"^que hora es", "fr": r"^quelle heure est il|^il est quelle heure", "de": r"^wie ?viel uhr|^wie spat",
        "it": r"^che ora e|^che ore sono", "pt": r"^que horas sao",
    },
    "date": {
        "en": r"^(?:please )?(?:do you know |can you tell me |tell me )?what(?: s| is)? (?:(?:the )?(?:current )?(?:date|day)"
        r"(?: (?:is )?(?:it )?today)?|today s date|today)(?: please)?$|^what (?:day|date) is (?:it|today)",
        "es": r"^que (?:dia|fecha) es", "fr": r"^quel(?:le)? (?:jour|date) (?:sommes|est)|^on est quel jour",
        "de": r"^welche[rsn]? (?:tag|datum)|^der wievielte", "it": r"^che giorno e|^quanti ne abbiamo",
        "pt": r"^que dia e|^qual e a data|^que data e",
    },
    "visitor_known": {
        "en": r"\bwhat(?: s| is) my name\b|\bdo you (?:know|remember) my name\b|^who am i$", "es": r"como me llamo",
        "fr": r"comment je m appelle|mon nom deja", "de": r"wie hei(?:ss|ß)e ich|wie ist mein name",
        "it": r"come mi chiamo", "pt": r"(?:como me chamo|qual e o meu nome)",
    },
    "repeat": {
        "en": r"^(?:sorry )?(?:can|could|would) you (?:please )?(?:repeat|say)(?: that| it)?(?: again)?(?: please)?$"
        r"|^(?:please )?(?:repeat|say) (?:that|it)(?: again)?(?: please)?$|^(?:pardon|what did you say|come again|again)$",
        "es": r"^(?:puedes |podrias )?(?:repet\w+|repite\w*)(?: eso)?(?: por favor)?$|^como dices$",
        "fr": r"^(?:peux tu |pouvez vous )?repet\w+(?: cela| ca)?(?: s il (?:te|vous) plait)?$|^pardon$",
        "de": r"^(?:kannst du |konnen sie )?(?:das )?(?:bitte )?(?:noch einmal|nochmal|wiederhol\w+)(?: bitte)?(?: sagen)?$"
        r"|^wie bitte$",
        "it": r"^(?:puoi )?(?:ripet\w+|ripeti)(?: per favore)?$|^come scusa$",
        "pt": r"^(?:pode(?:s)? )?(?:repetir|repete|repita)(?: isso)?(?: por favor)?$",
    },
    "how_are_you": {
        "en": r"^(?:and )?how(?: are|re| r) (?:you|u|things)(?: doing| feeling| going)?(?: today| now)?$"
        r"|^how(?: s| is) (?:it going|everything|life|your day)(?: going)?(?: today)?$|^what s up$|^how do you do$"
        r"|^are you (?:ok|okay|well|fine)$|^how have you been$|^(?:and )?you(?: too)?$",
        "es": r"^(?:y )?(?:como (?:estas|esta|te va|va todo)|que tal)(?: hoy)?(?: estas)?$|^y tu$",
        "fr": r"^(?:comment (?:ca va|vas tu|allez vous)|ca va|tu vas bien|vous allez bien)(?: aujourd hui)?$",
        "de": r"^wie geht(?: e)?s?(?: es)?(?: dir| ihnen)?(?: heute)?$|^alles (?:gut|klar)$",
        "it": r"^come (?:stai|sta|va)(?: oggi)?$|^tutto bene$",
        "pt": r"^(?:como (?:esta|vai|vao)(?: voce| as coisas)?|tudo bem)(?: hoje)?(?: com voce)?$",
    },
    "intro": {
        "en": r"^(?:so )?(?:and )?who (?:are|r) (?:you|u)(?: then| really| exactly)?$|\bintroduce yourself\b"
        r"|^(?:please )?(?:can you |could you )?tell me (?:a (?:bit|little) |something |more )?about you(?:rself)?$"
        r"|^what(?: s| is) your name$|^what (?:do you do|is your job|s your job|do you do for a living)$"
        r"|^your name$|^about you(?:rself)?$|^describe yourself$|^who am i (?:talking|speaking) (?:to|with)$",
        "es": r"^(?:y )?quien eres(?: tu)?$|^como te llamas$|^cual es tu nombre$|presentate|^a que te dedicas$|^que haces$"
        r"|^(?:cuentame|hablame) (?:algo )?(?:de|sobre) ti$",
        "fr": r"^qui (?:es tu|etes vous|tu es|vous etes)$|^comment (?:tu t appelles|t appelles tu|vous appelez vous)$"
        r"|presente[z]? (?:toi|vous)|^(?:parle|parlez) moi de (?:toi|vous)$|^que (?:fais tu|faites vous)$",
        "de": r"^wer (?:bist du|sind sie)$|^wie hei(?:ss|ß)(?:t du|en sie)$|^wie ist (?:dein|ihr) name$"
        r"|(?:stell dich|stellen sie sich) (?:bitte )?vor|^erzahl\w*(?: sie)?(?: mir)? (?:etwas |mal )?(?:von|uber) (?:dir|sich|dich)$"
        r"|^was (?:machst du|machen sie)$",
        "it": r"^chi sei$|^come ti chiami$|presentati|^(?:parlami|dimmi qualcosa) di te$|^(?:che cosa|cosa) fai$",
        "pt": r"^quem (?:e voce|es tu|es)$|^(?:como se chama|como te chamas|qual e o seu nome)$|apresente se"
        r"|^(?:fale|fala)(?: me)? (?:sobre|de) (?:voce|si|ti)$|^o que (?:voce faz|faz|fazes)$",
    },
    "can_do": {
        "en": r"^what (?:can|could|do) (?:you|u) (?:do|help|tell|answer|know|talk)(?: me)?(?: with| about| for| to me)?(?: me)?"
        r"(?: with| about)?$|^how can you help(?: me)?$|^(?:what )?can you help(?: me)?(?: with)?$|^help(?: me)?(?: please)?$"
        r"|^what (?:can|should|could) i ask(?: you)?(?: about)?$|^what are (?:you good at|your topics)$"
        r"|^what (?:topics|things) (?:\w+ ){0,4}(?:know|about)$",
        "es": r"^(?:que|en que) (?:puedes|sabes|me puedes)(?: hacer| ayudar| decir| contar)?(?:me)?$|^ayuda(?:me)?$"
        r"|^(?:que|sobre que) (?:te )?puedo preguntar(?:te)?$",
        "fr": r"^que (?:peux tu|pouvez vous|sais tu|savez vous)(?: faire| me dire)?$|^(?:aide|aidez moi|aide moi)$"
        r"|^que puis je (?:te |vous )?demander$|^comment (?:peux tu|pouvez vous) m aider$",
        "de": r"^was (?:kannst du|konnen sie)(?: alles)?(?: tun| machen| sagen)?$|^hilfe$"
        r"|^was kann ich (?:dich|sie)? ?fragen$|^(?:wie|wobei) (?:kannst du|konnen sie) (?:mir )?helfen$",
        "it": r"^(?:che cosa|cosa|che) (?:puoi|sai)(?: fare| dirmi)?$|^aiuto$|^(?:che cosa|cosa) posso chiederti$"
        r"|^come puoi aiutarmi$",
        "pt": r"^(?:o que|em que) (?:voce )?(?:pode|podes|sabe)(?: fazer| ajudar| me dizer)?$|^ajuda$"
        r"|^o que posso perguntar$|^como (?:voce )?pode (?:me )?ajudar$",
    },
    "bye": {
        "en": r"^(?:ok |okay |well |thanks |thank you )?(?:good ?bye|bye(?: bye)?|see (?:you|ya|u)(?: later| soon| then| "
        r"tomorrow)?|good night|take care|have a (?:nice|good|great) (?:day|one|evening|weekend)|i have to go|farewell)"
        r"(?: now| then)?$",
        "es": r"^(?:adios|hasta (?:luego|pronto|manana|la vista)|chao|nos vemos|buenas noches)$",
        "fr": r"^(?:au revoir|a (?:bientot|plus|demain)|bonne (?:journee|soiree|nuit)|salut a plus)$",
        "de": r"^(?:auf wiedersehen|tschus\w*|bis (?:bald|dann|spater|morgen)|gute nacht|schonen tag(?: noch)?)$",
        "it": r"^(?:arrivederci|a presto|addio|ci vediamo|buona (?:notte|giornata|serata))$",
        "pt": r"^(?:adeus|ate (?:logo|breve|amanha|mais)|tchau|boa noite)$",
    },
    "praise": {
        "en": r"^(?:that(?: s| is| was)? |you(?: re| are)? |this is |it s |very |so |really )*(?:great|nice|cool|awesome|"
        r"amazing|helpful|perfect|wonderful|excellent|brilliant|impressive|lovely|smart|beautiful|funny|good (?:job|work|"
        r"answer)|well done|interesting|love it)(?: answer| job| work)?$|^i (?:really )?(?:like|love) (?:you|it|this|that)$",
        "es": r"^(?:eso es |muy |que )*(?:genial|bien|bueno|excelente|perfecto|interesante|increible|util)$",
        "fr": r"^(?:c est |tres )*(?:super|genial|parfait|excellent|bien|bravo|interessant|utile)$",
        "de": r"^(?:das ist |sehr |echt )*(?:toll|super|gut|perfekt|prima|interessant|hilfreich|klasse|genial)$",
        "it": r"^(?:e |molto |davvero )*(?:ottimo|perfetto|bravo|brava|fantastico|interessante|utile|bello)$",
        "pt": r"^(?:isso e |muito |que )*(?:otimo|perfeito|bom|excelente|legal|interessante|util|incrivel)$",
    },
    "blame": {
        "en": r"^(?:that(?: s| is| was)? |you(?: re| are)? |this is |it s |very |so |really |just )*(?:useless|stupid|dumb|bad|"
        r"wrong|terrible|awful|boring|not helpful|unhelpful|not true|nonsense|an idiot|horrible)$|^you suck$",
        "es": r"^(?:eres |eso es |muy )*(?:inutil|tonto|tonta|malo|mala|incorrecto|estupido|falso)$",
        "fr": r"^(?:tu es |c est |tres )*(?:nul|nulle|inutile|stupide|faux|mauvais)$",
        "de": r"^(?:du bist |das ist |sehr )*(?:nutzlos|dumm|falsch|schlecht|blod)$",
        "it": r"^(?:sei |e |molto )*(?:inutile|stupido|stupida|sbagliato|falso|pessimo)$",
        "pt": r"^(?:voce e |isso e |muito )*(?:inutil|burro|burra|errado|pessimo|falso|ruim)$",
    },
    "more": {
        "en": r"^(?:please )?(?:(?:can|could) you )?(?:tell|say|give)(?: me)? (?:some )?more(?: details?| about (?:it|that|this|"
        r"them))?(?: please)?$|^(?:and )?(?:go on|continue|more|what else|anything else|more details?|elaborate|keep going)"
        r"(?: please)?$|^(?:and )?then$|^is there (?:anything|something) (?:else|more)$|^(?:yes |sure |ok )(?:please )?"
        r"(?:tell me more|go on|more|continue)$|^(?:and|so)$|^really$",
        "es": r"^(?:cuentame|dime|dame) (?:algo )?mas(?: detalles| sobre (?:eso|esto))?$|^(?:y )?(?:sigue|continua|mas|que mas|"
        r"algo mas)(?: por favor)?$",
        "fr": r"^(?:dis|dites|raconte|racontez)(?: m| moi)? (?:en |m en )?(?:plus|davantage)$|^(?:et )?(?:continue[z]?|encore|"
        r"quoi d autre|plus de details|en plus)$|^dis m en plus$|^dites m en plus$",
        "de": r"^(?:erzahl\w*|sag\w*|sagen sie)(?: sie)?(?: mir)?(?: bitte)? (?:mehr|weiter)(?: davon| daruber)?$"
        r"|^(?:und )?(?:weiter|mehr|was noch|noch etwas|mehr details)(?: bitte)?$",
        "it": r"^(?:dimmi|raccontami) (?:di )?(?:piu|altro)$|^(?:e )?(?:continua|ancora|altro|che altro|piu dettagli)$",
        "pt": r"^(?:conte|conta|diga|fale|me conte)(?: me)? mais(?: sobre isso)?$|^(?:e )?(?:continue|continua|mais|o que mais|"
        r"mais detalhes)$",
    },
    "why": {
        "en": r"^(?:but )?(?:why|how so|how come|why is that|why not)$",
        "es": r"^(?:y |pero )?por que$",
        "fr": r"^(?:mais )?pourquoi$",
        "de": r"^(?:aber )?(?:warum|wieso|weshalb)$",
        "it": r"^(?:ma )?perche$",
        "pt": r"^(?:mas )?por que$",
    },
    "agreed": {
        "en": r"^(?:ok(?:ay)?|yes|yeah|yep|yup|sure|alright|all right|i see|got it|understood|fine|no|nope|nah|no thanks|"
        r"no thank you|hmm+|oh|ah|aha|right|good|i understand|that s all|nothing|never ?mind|lol|haha\w*|wow)"
        r"(?: (?:then|thanks|thank you|please))?$",
        "es": r"^(?:vale|si|claro|de acuerdo|ok|entiendo|entendido|no|no gracias|nada)$",
        "fr": r"^(?:d accord|oui|ok|bien sur|je vois|compris|non|non merci|rien)$",
        "de": r"^(?:ok|ja|klar|gut|verstehe|verstanden|in ordnung|nein|nein danke|nichts|na gut)$",
        "it": r"^(?:va bene|si|ok|certo|capito|capisco|no|no grazie|niente|d accordo)$",
        "pt": r"^(?:ok|sim|claro|certo|entendi|esta bem|nao|nao obrigado|nao obrigada|nada)$",
    },
}  # fmt: skip

GREETING = {
    "en": r"(?:hi|hello|hey|howdy|greetings|good (?:morning|afternoon|evening|day)|welcome|yo|hiya)(?: (?:there|again|everyone))?",
    "es": r"(?:hola|buenos dias|buenas tardes|buenas noches|buenas|saludos)(?: de nuevo)?",
    "fr": r"(?:bonjour|bonsoir|salut|coucou|rebonjour)",
    "de": r"(?:hallo|guten (?:tag|morgen|abend)|hi|hey|servus|moin|gruss gott|grüß gott)",
    "it": r"(?:ciao|salve|buongiorno|buonasera|buon giorno|buona sera)",
    "pt": r"(?:ola|oi|bom dia|boa tarde|boa noite)",
}
THANKS = {
    "en": r"(?:ok |okay |great |good |nice |cool |perfect )?(?:thanks|thank you|thx|ty|cheers|many thanks|thank u)"
    r"(?: (?:so|very) much| a lot| a million| again| for (?:that|this|the|your) \w+| for (?:that|everything|asking)| you)?",
    "es": r"(?:muchas |mil )?gracias(?: por todo)?",
    "fr": r"merci(?: beaucoup| bien)?",
    "de": r"(?:vielen dank|danke(?: schon| sehr)?|besten dank)",
    "it": r"(?:molte |tante )?grazie(?: mille)?",
    "pt": r"(?:muito )?(?:obrigad[oa]|valeu)",
}
VISITOR = {
    "en": r"\b(?:my name is|my name s|i am called|call me)\s+(?P<name>[^\W\d_]{2,30})",
    "es": r"\b(?:me llamo|mi nombre es)\s+(?P<name>[^\W\d_]{2,30})",
    "fr": r"\b(?:je m appelle|mon nom est)\s+(?P<name>[^\W\d_]{2,30})",
    "de": r"\b(?:ich hei(?:ss|ß)e|mein name ist)\s+(?P<name>[^\W\d_]{2,30})",
    "it": r"\b(?:mi chiamo|il mio nome e)\s+(?P<name>[^\W\d_]{2,30})",
    "pt": r"\b(?:me chamo|meu nome e|chamo me)\s+(?P<name>[^\W\d_]{2,30})",
}
FOLLOWS_UP = {
    "en": r"^(?:and|but|so|or|also|then|what about|how about|what if|what else)\b"
    r"|\b(?:it|its|that|this|they|them|these|those|there|he|she|his|her|him|one|ones|same|instead)\b",
    "es": r"^(?:y|pero|entonces|o|tambien)\b|\b(?:eso|esto|ello|ellos|ellas|ahi|alli|lo|la|los|las)$",
    "fr": r"^(?:et|mais|alors|ou|aussi)\b|\b(?:ca|cela|ceci|eux|elles|y|en)\b",
    "de": r"^(?:und|aber|oder|dann|auch)\b|\b(?:das|es|dies|diese|sie|dort|davon|damit)\b",
    "it": r"^(?:e|ma|allora|o|anche)\b|\b(?:cio|questo|quello|essi|la|li)$",
    "pt": r"^(?:e|mas|entao|ou|tambem)\b|\b(?:isso|isto|eles|elas|la|ali)$",
}

# Questions of visitors about themselves; anything else of a personal kind is for the knowledge.
OF_THEMSELVES = {
    "en": r"^(?:and |so |but )?(?:(?:do|did|can|could) you (?:still )?(?:know|remember|recall|tell me)|tell me|remind me)? ?"
    r"(?:again )?(?:what|where|when|who|which|how old|how many)\b(?!.*\byou\b(?! (?:know|remember))).*\b(?:i|my|me|mine)\b",
    "es": r"^(?:y |recuerdas |sabes )*(?:que|donde|cuando|cual|como|quien|cuantos?|(?:a|de|en|por|para) que)\b.*"
    r"\b(?:mi|mis|me|yo|vivo|soy|tengo|trabajo|odio)\b",
    "fr": r"^(?:et |sais tu |te souviens tu )*(?:ou|que|quel\w*|quand|comment|qui|quoi|a quoi|qu)\b.*\b(?:je|j|mon|ma|mes|moi)\b",
    "de": r"^(?:und |weisst du |weißt du )*(?:wo|was|wann|wie|wer|welche\w*|wogegen|woher)\b.*\b(?:ich|mein\w*|mir|mich)\b",
    "pt": r"^(?:e |lembra |sabe )*(?:onde|que|o que|quando|qual|como|quem|quantos?|(?:a|de|do|em) que)\b.*"
    r"\b(?:eu|meu|minha|meus|minhas|me|moro|vivo|sou|gosto|tenho|trabalho)\b",
}
ALL_OF_THEMSELVES = {
    "en": r"\bwhat (?:else )?(?:do|did|can) you (?:still )?(?:know|remember|learn|recall) (?:about|of) me\b|\bwhat (?:have|did) i (?:told|tell) you",
    "es": r"\bque (?:sabes|recuerdas) (?:de|sobre) mi\b",
    "fr": r"\bque (?:sais tu|savez vous|te rappelles tu) (?:de|sur) moi\b|\bqu est ce que (?:tu sais|vous savez) (?:de|sur) moi\b",
    "de": r"\bwas (?:weißt|weisst|wissen) (?:du|sie) (?:noch )?(?:uber|von) mi[rc]h?\b",
    "pt": r"\bo que (?:voce )?(?:sabe|sabes|lembra) (?:de|sobre) mim\b",
}
