"""The words that hardly a sentence of a language goes without, and its greetings."""

_LATIN = {
    "en": "the of and to in is are was were be been it that this these for on with as at by from you your we our "
          "they he she his her i my not no yes do does did have has had will would can could what where when who "
          "how why if or but so all any there here please thank thanks hello good morning welcome let's a an",
    "de": "der die das den dem des ein eine einen einem und oder aber ist sind war waren bin bist nicht kein keine "
          "ich du er wir ihr sie mich mir dich dir uns ihnen mit von zu zum zur auf für aus bei nach wie was wo wer "
          "warum wenn dass auch noch schon sehr gut guten tag morgen hallo danke bitte willkommen heute haben hat "
          "habe es im in",
    "fr": "le la les un une des du de et ou mais est sont était suis êtes êtes-vous je tu il elle nous vous ils "
          "elles ne pas que qui quoi où comment pourquoi quand avec pour dans sur par ce cette ces mon ma mes votre "
          "vos notre très bien merci bonjour bonsoir salut allez-vous aujourd'hui avez à au aux ça c'est j'ai s'il "
          "plaît",
    "pt": "o a os as um uma de do da dos das e ou mas é são era foi está estou estão não sim eu você ele ela nós "
          "que quem onde como quando porque por para com em no na nos nas ao à meu minha seu sua muito bem obrigado "
          "obrigada olá bom dia boa tarde noite hoje tudo isto isso também já mais tem",
    "it": "il lo la i gli le un uno una di del della dei degli delle e o ma è sono era sei siamo non sì io tu lui "
          "lei noi voi che chi dove come quando perché per con in nel nella su da dal al alla mio mia tuo suo molto "
          "bene grazie ciao buongiorno buonasera oggi questo questa anche più ho hai ha si prego",
    "es": "el la los las un una unos de del y o pero es son era fue está están estoy no sí yo tú él ella nosotros "
          "usted ustedes que qué quién dónde cómo cuándo por para con en al mi su sus muy bien gracias hola buenos "
          "días buenas tardes noches hoy todo todos esto este esta también más hay tiene se lo como a",
    "id": "yang dan di ke dari ini itu untuk dengan adalah tidak bukan saya anda kamu kami kita dia mereka akan "
          "sudah bisa ada apa siapa mana bagaimana mengapa kapan atau tetapi juga pada dalam selamat pagi siang "
          "malam terima kasih halo sangat baik hari kabar",
    "nl": "de het een en of maar is zijn was waren ben bent niet geen ik jij je hij zij ze wij we jullie u mijn uw "
          "met van te naar op voor uit bij hoe wat waar wie waarom als dat dit deze die ook nog al zeer goed goede "
          "dag goedemorgen hallo dank bedankt alstublieft vandaag heeft heb hebben er graag wil kan",
    "tr": "ve bir bu şu o da de ne için ile ama değil var yok ben sen biz siz onlar mi mı mu mü çok iyi daha gibi "
          "kadar olarak nasıl nerede neden kim evet hayır merhaba günaydın teşekkür ederim lütfen bugün her şey "
          "nasılsınız",
    "fil": "ang ng mga sa ay na at si ni kay ko mo ka ako ikaw siya kami tayo kayo sila ito iyan iyon hindi oo po "
           "opo ano sino saan kailan bakit paano kung para may mayroon wala magandang umaga hapon gabi salamat "
           "kumusta lahat inyong natin namin",
    "pl": "i w z na do nie tak jest są był była to ten ta te że się o od po za dla ale lub czy jak co kto gdzie "
          "kiedy dlaczego ja ty on ona my wy oni mnie mi cię pan pani bardzo dobry dobrze dzień dziękuję proszę "
          "cześć witam dzisiaj już też tylko jestem",
    "sv": "och att det den en ett i på är var som för med av till inte jag du han hon vi ni de mig dig min din sin "
          "har hade kan ska vill men eller om när hur vad vem varför också mycket bra god dag morgon hej tack "
          "välkommen idag här där från mår",
    "ro": "și în la de pe cu din este sunt era nu da un o unei unui al ai ale că ce cine unde când cum pentru dar "
          "sau eu tu el ea noi voi ei îmi îți mă te se foarte bine bună ziua dimineața seara mulțumesc salut astăzi "
          "mai acest această faci",
    "cs": "a i v na je jsou byl byla to ten ta že se si o z do s k po za pro ale nebo jak co kdo kde kdy proč já ty "
          "on ona my vy oni mě mi ne ano velmi dobrý den dobře děkuji prosím ahoj dnes už také jen jsem jste máte "
          "mám",
    "fi": "ja on ei että se hän minä sinä me te he oli olen olet ovat mitä mikä kuka missä milloin miksi miten kun "
          "jos tai mutta myös niin kuin tämä hyvää päivää huomenta iltaa kiitos hei terve tänään kuuluu minun sinun "
          "hyvin",
    "hr": "i u na je su se da ne za s sa od do o po kao što tko gdje kada zašto kako ja ti on ona mi vi oni me te "
          "ga ili ali nije bio bila vrlo dobar dan dobro jutro hvala molim bok danas ovo to smo ste sam",
    "ms": "yang dan di ke dari ini itu untuk dengan adalah tidak bukan saya anda awak kami kita dia mereka akan "
          "sudah boleh ada apa siapa mana bagaimana kenapa bila atau tetapi juga pada dalam selamat pagi petang "
          "malam terima kasih helo sangat baik hari khabar suka",
    "sk": "a i v na je sú bol bola to ten tá že sa si o z do s k po za pre ale alebo ako čo kto kde kedy prečo ja "
          "ty on ona my vy oni ma mi nie áno veľmi dobrý deň dobre ďakujem prosím ahoj dnes už tiež len som ste "
          "máte mám",
    "da": "og at det den en et i på er var som for med af til ikke jeg du han hun vi de mig dig min din sin har "
          "havde kan skal vil men eller om når hvordan hvad hvem hvorfor også meget god godt dag morgen hej tak "
          "velkommen her der fra hedder",
}  # fmt: skip
_CYRILLIC = {
    "ru": "и в не на я что он она мы вы они с как это по но за из у от для так же бы то все его её мой ваш или если "
          "когда где кто почему очень хорошо здравствуйте привет спасибо пожалуйста сегодня есть был была добрый",
    "uk": "і й в у не на я що він вона ми ви вони з як це по але за із від для так же би то все його її мій ваш або "
          "якщо коли де хто чому дуже добре добрий день привіт дякую сьогодні є був була мене будь ласка",
    "bg": "и в не на аз че той тя ние вие те с със как това по но за от до да се са е съм си ми ли или ако когато "
          "къде кой защо много добре добър ден здравейте благодаря моля днес има беше към",
}  # fmt: skip
# Script -> language -> words.
COMMON_WORDS = {
    script: {code: frozenset(text.split()) for code, text in texts.items()}
    for script, texts in (("LATIN", _LATIN), ("CYRILLIC", _CYRILLIC))
}
