<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ar" sourcelanguage="en">
    <context>
        <name>Kireji</name>
        <message>
            <source> (line {line})</source>
            <translation> (السطر {line})</translation>
        </message>
        <message>
            <source>"level" only goes with a single category.</source>
            <translation>لا يأتي ⁦"level"⁩ إلا مع فئة واحدة.</translation>
        </message>
        <message>
            <source>#</source>
            <translation>#</translation>
        </message>
        <message>
            <source>${amount}</source>
            <translation>{amount} دولار</translation>
        </message>
        <message>
            <source>(/ for prompts)</source>
            <translation>(/ للأسئلة السريعة)</translation>
        </message>
        <message>
            <source>(/ for prompts, drop files or images)</source>
            <translation>(/ للأسئلة السريعة، أو أفلت ملفات أو صورًا)</translation>
        </message>
        <message>
            <source>**{action}** by the policy “{title}”, version {version}.</source>
            <translation>**{action}** وفق السياسة «{title}»، الإصدار {version}.</translation>
        </message>
        <message>
            <source>*Read on this computer; single letters may be wrong. The question was not sent to any model.*</source>
            <translation>*قُرئ على هذا الحاسوب؛ قد تخطئ بعض الحروف. لم يُرسل السؤال إلى أي نموذج.*</translation>
        </message>
        <message>
            <source>+49 30 1234567</source>
            <translation>⁦+49 30 1234567⁩</translation>
        </message>
        <message>
            <source>, </source>
            <translation>، </translation>
        </message>
        <message numerus="yes">
            <source>, {n} see pictures</source>
            <extracomment>, 1 sees pictures</extracomment>
            <translation>
                <numerusform>، {n} يرى الصور</numerusform>
                <numerusform>، واحد يرى الصور</numerusform>
                <numerusform>، اثنان يريان الصور</numerusform>
                <numerusform>، {n} ترى الصور</numerusform>
                <numerusform>، {n} يرى الصور</numerusform>
                <numerusform>، {n} يرى الصور</numerusform>
            </translation>
        </message>
        <message>
            <source>-----BEGIN PRIVATE KEY-----</source>
            <translation>⁦-----BEGIN PRIVATE KEY-----⁩</translation>
        </message>
        <message>
            <source>--note goes with --accept or --overrule</source>
            <translation>يُستعمل ⁦--note⁩ مع ⁦--accept⁩ أو ⁦--overrule⁩</translation>
        </message>
        <message>
            <source>--overrule takes ROW=ACTION or ROW=ACTION:CATEGORY with one of {names}, not {text}</source>
            <translation>يقبل ⁦--overrule⁩ صيغة ⁦ROW=ACTION⁩ أو ⁦ROW=ACTION:CATEGORY⁩ مع واحد من {names}، لا {text}</translation>
        </message>
        <message>
            <source>--schema goes with a question of your own, or with --extract</source>
            <translation>يُستعمل ⁦--schema⁩ مع سؤال خاص بك، أو مع ⁦--extract⁩</translation>
        </message>
        <message>
            <source>1 bad line left out</source>
            <translation>تُرك سطر فاسد واحد</translation>
        </message>
        <message>
            <source>1 duplicate merged</source>
            <translation>دُمج مكرر واحد</translation>
        </message>
        <message>
            <source>1 hour</source>
            <translation>ساعة واحدة</translation>
        </message>
        <message>
            <source>1 line cannot be asked, so nothing was added.</source>
            <translation>سطر واحد لا يمكن السؤال عنه، لذا لم يُضَف شيء.</translation>
        </message>
        <message>
            <source>1 minute</source>
            <translation>دقيقة واحدة</translation>
        </message>
        <message>
            <source>1 row</source>
            <translation>صف واحد</translation>
        </message>
        <message>
            <source>1 row gave nothing and is left out; see kireji batch results ID --failed.</source>
            <translation>لم يعطِ صف واحد شيئًا وقد تُرك؛ انظر ⁦kireji batch results ID --failed⁩.</translation>
        </message>
        <message>
            <source>1 row has not ended yet and is left out.</source>
            <translation>صف واحد لم ينتهِ بعد، وقد تُرك.</translation>
        </message>
        <message>
            <source>1 second</source>
            <translation>ثانية واحدة</translation>
        </message>
        <message>
            <source>1 tool</source>
            <translation>أداة واحدة</translation>
        </message>
        <message>
            <source>4111 1111 1111 1111; only numbers whose check digit is right</source>
            <translation>⁦4111 1111 1111 1111⁩؛ الأرقام التي يصح فيها رقم التحقق فقط</translation>
        </message>
        <message>
            <source>: about {now} instead of {otherwise}</source>
            <translation>: نحو {now} بدلًا من {otherwise}</translation>
        </message>
        <message>
            <source>; did you mean {name}?</source>
            <translation>؛ هل تقصد {name}؟</translation>
        </message>
        <message>
            <source>&lt; {amount}</source>
            <translation>أقل من {amount}</translation>
        </message>
        <message>
            <source>?</source>
            <translation>؟</translation>
        </message>
        <message>
            <source>A JSON schema</source>
            <translation>مخطط JSON</translation>
        </message>
        <message>
            <source>A batch of the same size turned out to be another one's.</source>
            <translation>تبيّن أن دفعة بالحجم نفسه تخص جهة أخرى.</translation>
        </message>
        <message>
            <source>A batch service says nothing of a batch before it has ended: smaller batches show progress sooner. Their size holds for jobs that are made from now on.</source>
            <translation>لا تقول خدمة الدفعات شيئًا عن دفعة قبل انتهائها: فالدفعات الأصغر تُظهر التقدم أسرع. يسري حجمها على المهام التي تُنشأ من الآن.</translation>
        </message>
        <message>
            <source>A budget in settings.toml cannot be read, so nothing was sent.</source>
            <translation>تعذرت قراءة ميزانية في settings.toml، لذا لم يُرسل شيء.</translation>
        </message>
        <message>
            <source>A change makes the next question cost more: the service reads the conversation anew.</source>
            <translation>أي تغيير يرفع تكلفة السؤال التالي: إذ تقرأ الخدمة المحادثة من جديد.</translation>
        </message>
        <message>
            <source>A choice</source>
            <translation>اختيار</translation>
        </message>
        <message>
            <source>A click shows what is new. Nothing is downloaded or installed by itself.</source>
            <translation>انقر لعرض الجديد. لا يُنزَّل شيء ولا يُثبَّت من تلقاء نفسه.</translation>
        </message>
        <message>
            <source>A column in braces stands for what the row has there.</source>
            <translation>العمود بين قوسين معقوفين يمثّل ما في الصف هناك.</translation>
        </message>
        <message>
            <source>A column in braces; empty takes the column “text”.</source>
            <translation>عمود بين قوسين معقوفين؛ وإن تُرك فارغًا أُخذ العمود «text».</translation>
        </message>
        <message>
            <source>A comparison</source>
            <translation>مقارنة</translation>
        </message>
        <message>
            <source>A comparison needs no words.</source>
            <translation>لا تحتاج المقارنة إلى كلمات.</translation>
        </message>
        <message>
            <source>A comparison takes two pictures: drop two folders or two pictures here.</source>
            <translation>تحتاج المقارنة إلى صورتين: أفلت هنا مجلدين أو صورتين.</translation>
        </message>
        <message>
            <source>A comparison takes two pictures; the row has {count}.</source>
            <translation>تحتاج المقارنة إلى صورتين؛ وعدد صور الصف {count}.</translation>
        </message>
        <message>
            <source>A content check held the question back{why}.</source>
            <translation>أوقف فحص المحتوى السؤال{why}.</translation>
        </message>
        <message>
            <source>A document</source>
            <translation>مستند</translation>
        </message>
        <message>
            <source>A file</source>
            <translation>ملف</translation>
        </message>
        <message>
            <source>A file is named by its whole path.</source>
            <translation>يُسمّى الملف بمساره الكامل.</translation>
        </message>
        <message>
            <source>A file needs a name.</source>
            <translation>يحتاج الملف إلى اسم.</translation>
        </message>
        <message>
            <source>A file on another computer was not attached. Copy it to this one first.</source>
            <translation>لم يُرفق ملف على حاسوب آخر. انسخه إلى هذا أولًا.</translation>
        </message>
        <message>
            <source>A folder of pictures</source>
            <translation>مجلد صور</translation>
        </message>
        <message>
            <source>A job asks about every row of a file, or every picture in a folder, in the same way: receipts become a table, pictures get their texts, letters are sorted by subject.</source>
            <translation>تسأل المهمة عن كل صف في ملف، أو كل صورة في مجلد، بالطريقة نفسها: فتصير الإيصالات جدولًا، وتحصل الصور على نصوصها، وتُفرز الرسائل حسب موضوعها.</translation>
        </message>
        <message>
            <source>A job needs you</source>
            <translation>مهمة بانتظارك</translation>
        </message>
        <message>
            <source>A key belongs to one address, and there is none.</source>
            <translation>المفتاح يخص عنوانًا واحدًا، ولا عنوان.</translation>
        </message>
        <message>
            <source>A key can be used for this session only.</source>
            <translation>لا يُستعمل المفتاح إلا لهذه الجلسة.</translation>
        </message>
        <message>
            <source>A key can be used for this session only; it is never written to a file.</source>
            <translation>لا يُستعمل المفتاح إلا لهذه الجلسة؛ ولا يُكتب في ملف أبدًا.</translation>
        </message>
        <message>
            <source>A labelled set holds texts of which people have said what the policy should make of them, one JSON object a line. All of it is judged by the text as it stands here, saved or not.</source>
            <translation>في المجموعة الموسومة نصوص قال الناس ما ينبغي أن تقوله السياسة فيها، كائن JSON واحد في كل سطر. ويُحكم عليها كلها وفق النص كما هو هنا، محفوظًا كان أو لا.</translation>
        </message>
        <message>
            <source>A line of {name} is too long to be shown here. Break it, or use another editor.</source>
            <translation>في ⁦{name}⁩ سطر أطول من أن يُعرض هنا. قسّمه، أو استعمل محررًا آخر.</translation>
        </message>
        <message>
            <source>A line with params has neither a method nor a url.</source>
            <translation>السطر الذي فيه params لا method فيه ولا url.</translation>
        </message>
        <message>
            <source>A message has no “{field}”.</source>
            <translation>في رسالة ينقص «{field}».</translation>
        </message>
        <message>
            <source>A name has up to 64 letters, digits, spaces and the signs . _ - ( ) @ +.</source>
            <translation>يتكون الاسم من 64 على الأكثر من الحروف والأرقام والمسافات والعلامات ‎. _ - ( ) @ +‎.</translation>
        </message>
        <message>
            <source>A name stands twice in it, once with a picture or a document.</source>
            <translation>يرد فيه اسم مرتين، إحداهما مع صورة أو مستند.</translation>
        </message>
        <message>
            <source>A network's login page or a proxy may be in the way: open a web browser, log in, and ask again.</source>
            <translation>قد تعترض صفحة دخول للشبكة أو وكيل: افتح متصفحًا وسجّل الدخول ثم اسأل مرة أخرى.</translation>
        </message>
        <message>
            <source>A number between {lowest} and {highest}, please; {value} stays.</source>
            <translation>عدد بين {lowest} و{highest} من فضلك؛ يبقى {value}.</translation>
        </message>
        <message>
            <source>A page for a tool</source>
            <translation>صفحة لأداة</translation>
        </message>
        <message>
            <source>A person shall decide.</source>
            <translation>القرار لإنسان.</translation>
        </message>
        <message>
            <source>A picture</source>
            <translation>صورة</translation>
        </message>
        <message>
            <source>A picture in it is of an unknown kind, or damaged.</source>
            <translation type="vanished">فيه صورة من نوع غير معروف، أو تالفة.</translation>
        </message>
        <message>
            <source>A picture in it is written in an unusual way.</source>
            <translation>فيه صورة مكتوبة بطريقة غير معتادة.</translation>
        </message>
        <message>
            <source>A picture in this conversation is larger than the service takes.</source>
            <translation>في هذه المحادثة صورة أكبر مما تقبله الخدمة.</translation>
        </message>
        <message>
            <source>A picture of this job is missing or damaged.</source>
            <translation>صورة في هذه المهمة مفقودة أو تالفة.</translation>
        </message>
        <message>
            <source>A picture or document is missing.</source>
            <translation>صورة أو مستند مفقود.</translation>
        </message>
        <message>
            <source>A picture or document was changed or damaged.</source>
            <translation>صورة أو مستند تغيّر أو تلف.</translation>
        </message>
        <message>
            <source>A picture that you named</source>
            <translation>صورة سمّيتها</translation>
        </message>
        <message>
            <source>A piece of JSON from the server's documentation can be pasted into any of these fields.</source>
            <translation>يمكن لصق مقطع JSON من توثيق الخادم في أي من هذه الحقول.</translation>
        </message>
        <message>
            <source>A place in the prompt has no name.</source>
            <translation>في السؤال موضع بلا اسم.</translation>
        </message>
        <message>
            <source>A policy cannot be named {name}.</source>
            <translation>لا يجوز أن تُسمّى سياسة {name}.</translation>
        </message>
        <message>
            <source>A program on this computer</source>
            <translation>برنامج على هذا الحاسوب</translation>
        </message>
        <message>
            <source>A proxy in between may hold streams back: check the proxy settings or the address of the service.</source>
            <translation>ربما يحجز وكيل بينهما التدفقات: تحقق من إعدادات الوكيل أو عنوان الخدمة.</translation>
        </message>
        <message>
            <source>A question</source>
            <translation>سؤال</translation>
        </message>
        <message>
            <source>A question takes up to {most} files and pictures.</source>
            <translation>يتسع السؤال لـ {most} من الملفات والصور على الأكثر.</translation>
        </message>
        <message>
            <source>A question takes up to {most} folders, pages and conversations.</source>
            <translation>يتسع السؤال لـ {most} من المجلدات والصفحات والمحادثات على الأكثر.</translation>
        </message>
        <message>
            <source>A question that could pass a budget is not sent. What it may cost at most is kept free for it while it runs, so many at once do not pass it either.</source>
            <translation>لا يُرسل سؤال قد يتجاوز ميزانية. ويُحجز له أثناء عمله أقصى ما قد يكلّفه، فلا تتجاوزها أسئلة كثيرة معًا أيضًا.</translation>
        </message>
        <message>
            <source>A question waits for your answer before it is sent.</source>
            <translation>سؤال ينتظر ردّك قبل إرساله.</translation>
        </message>
        <message numerus="yes">
            <source>A question with {n} pictures or files</source>
            <extracomment>A question with a picture or file</extracomment>
            <translation>
                <numerusform>سؤال مع {n} صورة أو ملف</numerusform>
                <numerusform>سؤال مع صورة أو ملف</numerusform>
                <numerusform>سؤال مع صورتين أو ملفين</numerusform>
                <numerusform>سؤال مع {n} صور أو ملفات</numerusform>
                <numerusform>سؤال مع {n} صورة أو ملف</numerusform>
                <numerusform>سؤال مع {n} صورة أو ملف</numerusform>
            </translation>
        </message>
        <message>
            <source>A quotation mark is missing in the command.</source>
            <translation>تنقص علامة اقتباس في الأمر.</translation>
        </message>
        <message>
            <source>A redirect</source>
            <translation>إعادة توجيه</translation>
        </message>
        <message>
            <source>A row's number is that of its column, too.</source>
            <translation>رقم الصف هو رقم عموده أيضًا.</translation>
        </message>
        <message>
            <source>A rule of this {name} account held the question back.</source>
            <translation>أوقفت السؤالَ قاعدةٌ في حساب {name} هذا.</translation>
        </message>
        <message>
            <source>A schema is a JSON object, in braces.</source>
            <translation>المخطط كائن JSON بين قوسين معقوفين.</translation>
        </message>
        <message>
            <source>A schema is a JSON object.</source>
            <translation>المخطط كائن JSON.</translation>
        </message>
        <message>
            <source>A secret belongs to one address, and there is none.</source>
            <translation>السر خاص بعنوان واحد، ولا عنوان هنا.</translation>
        </message>
        <message>
            <source>A secret is kept in your system keychain, never in a file. Only this server gets it.</source>
            <translation>يُحفظ السر في سلسلة مفاتيح النظام، ولا يُحفظ في ملف أبدًا. ولا يحصل عليه إلا هذا الخادم.</translation>
        </message>
        <message>
            <source>A server or a plugin is a program of its own: what it sends, and to whom, is not recorded in the list of what left this computer. Only add what you trust.</source>
            <translation>الخادم أو الملحق برنامج مستقل: فما يرسله ولمن لا يُسجَّل في قائمة ما غادر هذا الحاسوب. لا تضف إلا ما تثق به.</translation>
        </message>
        <message>
            <source>A server's name is 1 to {most} visible characters.</source>
            <translation>اسم الخادم من 1 إلى {most} من المحارف المرئية.</translation>
        </message>
        <message>
            <source>A stored picture is missing or damaged.</source>
            <translation>صورة محفوظة مفقودة أو تالفة.</translation>
        </message>
        <message>
            <source>A sum of US dollars, please, such as 10 or 2.50; empty sets none.</source>
            <translation>مبلغ بالدولار الأمريكي من فضلك، مثل 10 أو 2.50؛ والفارغ لا يعيّن شيئًا.</translation>
        </message>
        <message>
            <source>A table</source>
            <translation>جدول</translation>
        </message>
        <message>
            <source>A table out of the picture</source>
            <translation>جدول من الصورة</translation>
        </message>
        <message>
            <source>A template with one category</source>
            <translation>قالب بفئة واحدة</translation>
        </message>
        <message>
            <source>A text, and a picture if you like</source>
            <translation>نص، ومعه صورة إن شئت</translation>
        </message>
        <message>
            <source>A tool</source>
            <translation>أداة</translation>
        </message>
        <message>
            <source>A tool lets a model do something: work something out, read a file, look at a page. You are asked first, unless you have allowed it.</source>
            <translation>تتيح الأداة للنموذج أن يفعل شيئًا: أن يحسب، أو يقرأ ملفًا، أو يطّلع على صفحة. وتُسأل أولًا ما لم تكن قد سمحت بذلك.</translation>
        </message>
        <message>
            <source>A tool that it calls read-only then counts as such: once allowed, it does not ask again where words from outside stand in the conversation.</source>
            <translation>عندئذٍ تُعدّ الأداة التي يصفها بأنها للقراءة فقط كذلك: فمتى سُمح بها لا تسأل مجددًا حين تكون في المحادثة كلمات من الخارج.</translation>
        </message>
        <message>
            <source>A tool would have sent what is hidden from the model.</source>
            <translation>كانت أداة سترسل ما أُخفي عن النموذج.</translation>
        </message>
        <message>
            <source>A translation in place</source>
            <translation>ترجمة في الموضع</translation>
        </message>
        <message>
            <source>A translation needs no words, only a variable named language.</source>
            <translation>لا تحتاج الترجمة إلى كلمات، بل إلى متغيّر باسم language فقط.</translation>
        </message>
        <message>
            <source>A verdict</source>
            <translation>حكم</translation>
        </message>
        <message>
            <source>A version that would comply:</source>
            <translation>صيغة توافق السياسة:</translation>
        </message>
        <message>
            <source>A web page</source>
            <translation>صفحة ويب</translation>
        </message>
        <message>
            <source>A window</source>
            <translation>نافذة</translation>
        </message>
        <message>
            <source>A window of Kireji lies over the watched region, which is not looked at until it is gone.</source>
            <translation>تغطي نافذة لـ Kireji المنطقة المراقَبة، فلا يُنظر إليها حتى تزول.</translation>
        </message>
        <message>
            <source>A word must have at least {least} characters; shorter ones are in every text.</source>
            <translation>يجب ألا تقل الكلمة عن {least} من الأحرف؛ فالأقصر موجود في كل نص.</translation>
        </message>
        <message>
            <source>A, B, P, T, N, R</source>
            <translation>A, B, P, T, N, R</translation>
        </message>
        <message>
            <source>About</source>
            <translation>حول</translation>
        </message>
        <message>
            <source>About the text that is selected.</source>
            <translation>عن النص المحدد.</translation>
        </message>
        <message>
            <source>About what was copied and what is selected.</source>
            <translation>عما نُسخ وما حُدّد.</translation>
        </message>
        <message>
            <source>About what was copied.</source>
            <translation>عما نُسخ.</translation>
        </message>
        <message>
            <source>Above here is no longer sent</source>
            <translation>ما فوق هذا لم يعد يُرسل</translation>
        </message>
        <message>
            <source>Above here, only the first question is still sent</source>
            <translation>مما فوق هذا لا يُرسل بعد الآن إلا السؤال الأول</translation>
        </message>
        <message>
            <source>Accept (A)</source>
            <translation>قبول (A)</translation>
        </message>
        <message>
            <source>Accept: {action} (A)</source>
            <translation>قبول: {action} (A)</translation>
        </message>
        <message>
            <source>Accepted: {action}</source>
            <translation>قُبل: {action}</translation>
        </message>
        <message>
            <source>Actions agree in {share}; beyond chance: {kappa} (Cohen's kappa).</source>
            <translation>تتفق الإجراءات في {share}؛ وما يتجاوز المصادفة: {kappa} (كابا كوهين).</translation>
        </message>
        <message>
            <source>Actual size</source>
            <translation>الحجم الفعلي</translation>
        </message>
        <message>
            <source>Add</source>
            <translation>إضافة</translation>
        </message>
        <message>
            <source>Add Control or Command in Settings, or update macOS.</source>
            <translation>أضف Control أو Command في الإعدادات، أو حدّث macOS.</translation>
        </message>
        <message>
            <source>Add Kireji in System Settings, General, Login Items.</source>
            <translation>أضف Kireji في إعدادات النظام، عام، عناصر تسجيل الدخول.</translation>
        </message>
        <message>
            <source>Add Kireji to the Startup folder (shell:startup).</source>
            <translation>أضف Kireji إلى مجلد بدء التشغيل (shell:startup).</translation>
        </message>
        <message>
            <source>Add Kireji to the start-up programs in the desktop's settings.</source>
            <translation>أضف Kireji إلى برامج بدء التشغيل في إعدادات سطح المكتب.</translation>
        </message>
        <message>
            <source>Add a folder or a repository</source>
            <translation>إضافة مجلد أو مستودع</translation>
        </message>
        <message>
            <source>Add a folder…</source>
            <translation>إضافة مجلد…</translation>
        </message>
        <message>
            <source>Add a header…</source>
            <translation>إضافة ترويسة…</translation>
        </message>
        <message>
            <source>Add a key for this server</source>
            <translation>إضافة مفتاح لهذا الخادم</translation>
        </message>
        <message>
            <source>Add a key in Settings, Keys &amp; models, or with: kireji keys set {provider}</source>
            <translation>أضف مفتاحًا في الإعدادات، المفاتيح والنماذج، أو بالأمر: kireji keys set {provider}</translation>
        </message>
        <message>
            <source>Add a key in Settings, Keys &amp; models.</source>
            <translation>أضف مفتاحًا في الإعدادات، المفاتيح والنماذج.</translation>
        </message>
        <message>
            <source>Add a key in the settings, or with: kireji keys set PROVIDER</source>
            <translation>أضف مفتاحًا في الإعدادات، أو بالأمر: ⁦kireji keys set PROVIDER⁩</translation>
        </message>
        <message>
            <source>Add a key in the settings.</source>
            <translation>أضف مفتاحًا في الإعدادات.</translation>
        </message>
        <message>
            <source>Add a region to the question</source>
            <translation>إضافة منطقة إلى السؤال</translation>
        </message>
        <message>
            <source>Add a region: keep this one and choose another for the same question (Insert)</source>
            <translation>إضافة منطقة: الإبقاء على هذه واختيار أخرى للسؤال نفسه (Insert)</translation>
        </message>
        <message>
            <source>Add a server</source>
            <translation>إضافة خادم</translation>
        </message>
        <message>
            <source>Add a variable</source>
            <translation>إضافة متغيّر</translation>
        </message>
        <message>
            <source>Add an environment variable…</source>
            <translation>إضافة متغير بيئة…</translation>
        </message>
        <message>
            <source>Add and test</source>
            <translation>إضافة واختبار</translation>
        </message>
        <message>
            <source>Add credit or raise the limit in the console of {name}, or use another key.</source>
            <translation>أضف رصيدًا أو ارفع الحد في لوحة {name}، أو استعمل مفتاحًا آخر.</translation>
        </message>
        <message>
            <source>Add files, folders, pages or conversations</source>
            <translation>إضافة ملفات أو مجلدات أو صفحات أو محادثات</translation>
        </message>
        <message>
            <source>Add it as a folder.</source>
            <translation>أضفه بوصفه مجلدًا.</translation>
        </message>
        <message>
            <source>Add it to the question anew.</source>
            <translation>أضفها إلى السؤال من جديد.</translation>
        </message>
        <message>
            <source>Add key…</source>
            <translation>إضافة مفتاح…</translation>
        </message>
        <message>
            <source>Add no server</source>
            <translation>عدم إضافة خادم</translation>
        </message>
        <message>
            <source>Add one in Settings, Keys &amp; models, or with: kireji keys set {provider}</source>
            <translation>أضف واحدًا في الإعدادات، المفاتيح والنماذج، أو بالأمر: kireji keys set {provider}</translation>
        </message>
        <message>
            <source>Add one there, then try again.</source>
            <translation>أضف واحدًا هناك ثم حاول مجددًا.</translation>
        </message>
        <message>
            <source>Add server…</source>
            <translation>إضافة خادم…</translation>
        </message>
        <message>
            <source>Add the page</source>
            <translation>إضافة الصفحة</translation>
        </message>
        <message>
            <source>Add the picture itself.</source>
            <translation>أضف الصورة نفسها.</translation>
        </message>
        <message>
            <source>Add the public key of whoever makes your Kireji to updates.keys in the settings.</source>
            <translation>أضف المفتاح العام لمن يصنع نسختك من Kireji إلى ⁦updates.keys⁩ في الإعدادات.</translation>
        </message>
        <message>
            <source>Add this host</source>
            <translation>إضافة هذا المضيف</translation>
        </message>
        <message>
            <source>Add who answers instead</source>
            <translation>إضافة من يجيب بدلًا منه</translation>
        </message>
        <message>
            <source>Added</source>
            <translation>أُضيف</translation>
        </message>
        <message>
            <source>Added {conversations} and {messages}.</source>
            <translation>أُضيفت {conversations} و{messages}.</translation>
        </message>
        <message>
            <source>Address</source>
            <translation>العنوان</translation>
        </message>
        <message>
            <source>Address of another model server</source>
            <translation>عنوان خادم نماذج آخر</translation>
        </message>
        <message>
            <source>Address of another server</source>
            <translation>عنوان خادم آخر</translation>
        </message>
        <message>
            <source>Address of the list</source>
            <translation>عنوان القائمة</translation>
        </message>
        <message>
            <source>Address of the proxy</source>
            <translation>عنوان الوكيل</translation>
        </message>
        <message>
            <source>Address of the server</source>
            <translation>عنوان الخادم</translation>
        </message>
        <message>
            <source>Address of the web page</source>
            <translation>عنوان صفحة الويب</translation>
        </message>
        <message>
            <source>Address to open in a browser</source>
            <translation>العنوان الذي يُفتح في متصفح</translation>
        </message>
        <message>
            <source>Add…</source>
            <translation>إضافة…</translation>
        </message>
        <message>
            <source>After</source>
            <translation>بعد</translation>
        </message>
        <message numerus="yes">
            <source>After {n} seconds</source>
            <extracomment>After 1 second</extracomment>
            <translation>
                <numerusform>بعد {n} ثانية</numerusform>
                <numerusform>بعد ثانية واحدة</numerusform>
                <numerusform>بعد ثانيتين</numerusform>
                <numerusform>بعد {n} ثوانٍ</numerusform>
                <numerusform>بعد {n} ثانية</numerusform>
                <numerusform>بعد {n} ثانية</numerusform>
            </translation>
        </message>
        <message>
            <source>Again with the same model</source>
            <translation>مجددًا بالنموذج نفسه</translation>
        </message>
        <message>
            <source>Agreement by category</source>
            <translation>الاتفاق حسب الفئة</translation>
        </message>
        <message>
            <source>All</source>
            <translation>الكل</translation>
        </message>
        <message>
            <source>All conversations</source>
            <translation>كل المحادثات</translation>
        </message>
        <message>
            <source>All files</source>
            <translation>كل الملفات</translation>
        </message>
        <message>
            <source>All files (*)</source>
            <translation>كل الملفات (*)</translation>
        </message>
        <message>
            <source>All its tools</source>
            <translation>كل أدواته</translation>
        </message>
        <message>
            <source>All levels of all categories allow: the policy stops nothing.</source>
            <translation>كل درجات كل الفئات تسمح: فالسياسة لا تمنع شيئًا.</translation>
        </message>
        <message>
            <source>All other rows have ended, but nobody can tell what became of rows that were sent ({rows}). Say whether they are to be sent again or count as failed.</source>
            <translation>انتهت كل الصفوف الأخرى، لكن مصير صفوف أُرسلت ({rows}) غير معروف. حدّد هل تُرسل مجددًا أم تُحتسب مخفقة.</translation>
        </message>
        <message>
            <source>All other rows have ended, but nobody can tell what became of {rows} that were sent. Say whether they are to be sent again or count as failed.</source>
            <translation type="vanished">انتهت كل الصفوف الأخرى، لكن مصير صفوف أُرسلت وعددها {rows} غير معروف. حدّد هل تُرسل مجددًا أم تُحتسب مخفقة.</translation>
        </message>
        <message>
            <source>All rows</source>
            <translation>كل الصفوف</translation>
        </message>
        <message>
            <source>All screens</source>
            <translation>كل الشاشات</translation>
        </message>
        <message>
            <source>All that Kireji keeps about you is on this computer. Take it along as one zip file that says itself what is in it, without keys; or delete it, with the keys in the keychain.</source>
            <translation>كل ما يحتفظ به Kireji عنك موجود على هذا الحاسوب. خذه معك في ملف zip واحد يبيّن بنفسه ما فيه، دون المفاتيح؛ أو احذفه، ومعه المفاتيح التي في سلسلة المفاتيح.</translation>
        </message>
        <message>
            <source>Allow</source>
            <translation>السماح</translation>
        </message>
        <message>
            <source>Allow every call of this tool until the end of</source>
            <translation>السماح بكل استدعاء لهذه الأداة حتى نهاية يوم</translation>
        </message>
        <message>
            <source>Allow for a time…</source>
            <translation>السماح لمدة…</translation>
        </message>
        <message>
            <source>Allow for this host</source>
            <translation>السماح لهذا المضيف</translation>
        </message>
        <message>
            <source>Allow for this host…</source>
            <translation>السماح لهذا المضيف…</translation>
        </message>
        <message>
            <source>Allow in this conversation</source>
            <translation>السماح في هذه المحادثة</translation>
        </message>
        <message>
            <source>Allow in this conversation…</source>
            <translation>السماح في هذه المحادثة…</translation>
        </message>
        <message>
            <source>Allow in this folder</source>
            <translation>السماح في هذا المجلد</translation>
        </message>
        <message>
            <source>Allow in this folder…</source>
            <translation>السماح في هذا المجلد…</translation>
        </message>
        <message>
            <source>Allow it in System Settings, Privacy &amp; Security, Accessibility; or copy the text, then ask about the clipboard.</source>
            <translation>اسمح بذلك في إعدادات النظام، الخصوصية والأمان، تسهيلات الاستخدام؛ أو انسخ النص ثم اسأل عن الحافظة.</translation>
        </message>
        <message>
            <source>Allow it in System Settings, Privacy &amp; Security, Screen Recording, then start Kireji again.</source>
            <translation>اسمح بذلك في إعدادات النظام، الخصوصية والأمان، تسجيل الشاشة، ثم شغّل Kireji من جديد.</translation>
        </message>
        <message>
            <source>Allow it in System Settings, Privacy &amp; Security, Screen Recording, then start Kireji again; if it is allowed there already, the permission was for an older copy: remove it from that list and add it again.</source>
            <translation>اسمح بذلك في إعدادات النظام، الخصوصية والأمان، تسجيل الشاشة، ثم شغّل Kireji من جديد؛ وإن كان مسموحًا به هناك فالإذن لنسخة أقدم: أزلها من القائمة وأضفها مجددًا.</translation>
        </message>
        <message>
            <source>Allow more for context, or begin a new conversation.</source>
            <translation>اسمح بمزيد للسياق، أو ابدأ محادثة جديدة.</translation>
        </message>
        <message>
            <source>Allow once</source>
            <translation>السماح مرة واحدة</translation>
        </message>
        <message>
            <source>Allow screenshots for Kireji in the system's privacy settings, or use the desktop's own dialog.</source>
            <translation>اسمح لـ Kireji بلقطات الشاشة في إعدادات الخصوصية، أو استعمل مربع حوار سطح المكتب.</translation>
        </message>
        <message>
            <source>Allow that in Settings, General, or copy the text and choose Ask about the clipboard.</source>
            <translation>اسمح بذلك في الإعدادات، عام، أو انسخ النص واختر «اسأل عن الحافظة».</translation>
        </message>
        <message>
            <source>Allow until a date</source>
            <translation>السماح حتى تاريخ</translation>
        </message>
        <message>
            <source>Allow until the end of</source>
            <translation>السماح حتى نهاية يوم</translation>
        </message>
        <message>
            <source>Allow writing there, or choose another place.</source>
            <translation>اسمح بالكتابة هناك، أو اختر مكانًا آخر.</translation>
        </message>
        <message>
            <source>Allow writing to that folder, or choose another one with KIREJI_HOME.</source>
            <translation>اسمح بالكتابة في ذلك المجلد، أو اختر غيره بـ KIREJI_HOME.</translation>
        </message>
        <message>
            <source>Allowed</source>
            <translation>مسموح</translation>
        </message>
        <message>
            <source>Also for the questions that follow</source>
            <translation>للأسئلة التالية أيضًا</translation>
        </message>
        <message>
            <source>Also the backups in {folder}</source>
            <translation>أيضًا النسخ الاحتياطية في ⁦{folder}⁩</translation>
        </message>
        <message>
            <source>Also the keys in the keychain: {names}</source>
            <translation>أيضًا المفاتيح التي في سلسلة المفاتيح: {names}</translation>
        </message>
        <message>
            <source>Alt + 1 … 9</source>
            <translation>Alt + 1 … 9</translation>
        </message>
        <message>
            <source>Alt + arrow keys</source>
            <translation>Alt + مفاتيح الأسهم</translation>
        </message>
        <message>
            <source>Alt text</source>
            <translation>اكتب نصًا بديلًا</translation>
        </message>
        <message>
            <source>Always</source>
            <translation>دائمًا</translation>
        </message>
        <message>
            <source>Always deny this tool</source>
            <translation>رفض هذه الأداة دائمًا</translation>
        </message>
        <message>
            <source>Always use the desktop's own dialog to cut out a region</source>
            <translation>استعمال مربع حوار سطح المكتب دائمًا لاقتطاع منطقة</translation>
        </message>
        <message>
            <source>Amber</source>
            <translation>كهرماني</translation>
        </message>
        <message>
            <source>Amount</source>
            <translation>مبلغ</translation>
        </message>
        <message>
            <source>An address</source>
            <translation>عنوان</translation>
        </message>
        <message>
            <source>An address with a name or password in it is not fetched.</source>
            <translation>لا يُجلب عنوان فيه اسم أو كلمة سر.</translation>
        </message>
        <message>
            <source>An agent in {folder}.</source>
            <translation>وكيل في {folder}.</translation>
        </message>
        <message>
            <source>An answer ends before the first of them.</source>
            <translation>تنتهي الإجابة قبل أول ما يرد منها.</translation>
        </message>
        <message>
            <source>An answer is being written in this branch.</source>
            <translation>تُكتب إجابة في هذا الفرع.</translation>
        </message>
        <message>
            <source>An answer is on its way. Ask this when it is there, or stop it.</source>
            <translation>هناك إجابة في الطريق. اسأل هذا حين تصل، أو أوقفها.</translation>
        </message>
        <message>
            <source>An entry in {folder}.</source>
            <translation>مدخل في {folder}.</translation>
        </message>
        <message>
            <source>An export of everything is one zip file.</source>
            <translation>تصدير كل شيء يكون في ملف zip واحد.</translation>
        </message>
        <message>
            <source>And {count} more.</source>
            <translation>و{count} أخرى.</translation>
        </message>
        <message>
            <source>And {more} more.</source>
            <translation>و{more} أخرى.</translation>
        </message>
        <message>
            <source>Another Kireji still uses {path}, so nothing was deleted.</source>
            <translation>ما زال Kireji آخر يستعمل ⁦{path}⁩، لذا لم يُحذف شيء.</translation>
        </message>
        <message>
            <source>Another answer would pass the limit of ${max_cost} (${cost} are spent), so the region is not watched any more. Begin again with a higher limit.</source>
            <translation>إجابة أخرى ستتجاوز حد {max_cost} دولار (أُنفق {cost} دولار)، لذا لم تعد المنطقة مراقَبة. ابدأ مجددًا بحد أعلى.</translation>
        </message>
        <message>
            <source>Another file…</source>
            <translation>ملف آخر…</translation>
        </message>
        <message>
            <source>Another folder…</source>
            <translation>مجلد آخر…</translation>
        </message>
        <message>
            <source>Another host</source>
            <translation>مضيف آخر</translation>
        </message>
        <message>
            <source>Another language shows from the next start on.</source>
            <translation>تظهر اللغة الأخرى ابتداءً من التشغيل التالي.</translation>
        </message>
        <message>
            <source>Another model reads {tokens} tokens anew{price}.</source>
            <translation>يقرأ النموذج الآخر {tokens} من الرموز من جديد{price}.</translation>
        </message>
        <message>
            <source>Another program keeps {path} locked.</source>
            <translation>يُبقي برنامج آخر {path} مقفلًا.</translation>
        </message>
        <message>
            <source>Another program uses the shortcut. Choose another in Settings, Shortcuts.</source>
            <translation>يستعمل برنامج آخر الاختصار. اختر غيره في الإعدادات، الاختصارات.</translation>
        </message>
        <message>
            <source>Another program uses these keys. Choose others.</source>
            <translation>يستعمل برنامج آخر هذه المفاتيح. اختر غيرها.</translation>
        </message>
        <message>
            <source>Another running Kireji writes this answer.</source>
            <translation>يكتب هذه الإجابةَ Kireji آخر قيد التشغيل.</translation>
        </message>
        <message>
            <source>Another service reads all of it: {tokens} tokens{price}.</source>
            <translation>تقرأ الخدمة الأخرى كل شيء: {tokens} من الرموز{price}.</translation>
        </message>
        <message>
            <source>Another window or command line may have been quicker; look at it again.</source>
            <translation>ربما سبقت نافذة أخرى أو سطر أوامر آخر؛ انظر إليها مجددًا.</translation>
        </message>
        <message>
            <source>Answer</source>
            <translation>الإجابة</translation>
        </message>
        <message>
            <source>Answer again</source>
            <translation>الإجابة مجددًا</translation>
        </message>
        <message>
            <source>Answer by {model}</source>
            <translation>إجابة من {model}</translation>
        </message>
        <message>
            <source>Answer finished.</source>
            <translation>اكتملت الإجابة.</translation>
        </message>
        <message>
            <source>Answer in English.</source>
            <translation>أجب بالعربية.</translation>
        </message>
        <message>
            <source>Answer in one word.</source>
            <translation>أجب بكلمة واحدة.</translation>
        </message>
        <message>
            <source>Answer in {title}: {words}</source>
            <translation>إجابة في {title}: {words}</translation>
        </message>
        <message>
            <source>Answer ready</source>
            <translation>الإجابة جاهزة</translation>
        </message>
        <message>
            <source>Answers</source>
            <translation>الإجابات</translation>
        </message>
        <message>
            <source>Answers and questions</source>
            <translation>الإجابات والأسئلة</translation>
        </message>
        <message>
            <source>Answers as a table</source>
            <translation>الإجابات في جدول</translation>
        </message>
        <message>
            <source>Answers come at once; several rows are asked at the same time.</source>
            <translation>تصل الإجابات فورًا؛ ويُسأل عن عدة صفوف في الوقت نفسه.</translation>
        </message>
        <message>
            <source>Answers from a model</source>
            <translation>إجابات من نموذج</translation>
        </message>
        <message>
            <source>Anthropic or OpenRouter</source>
            <translation>Anthropic أو OpenRouter</translation>
        </message>
        <message>
            <source>Appearance</source>
            <translation>المظهر</translation>
        </message>
        <message>
            <source>Archive</source>
            <translation>الأرشيف</translation>
        </message>
        <message numerus="yes">
            <source>Archive {n} conversations</source>
            <extracomment>Archive</extracomment>
            <translation>
                <numerusform>أرشفة {n} محادثة</numerusform>
                <numerusform>أرشفة</numerusform>
                <numerusform>أرشفة محادثتين</numerusform>
                <numerusform>أرشفة {n} محادثات</numerusform>
                <numerusform>أرشفة {n} محادثة</numerusform>
                <numerusform>أرشفة {n} محادثة</numerusform>
            </translation>
        </message>
        <message>
            <source>Archived</source>
            <translation>المؤرشفة</translation>
        </message>
        <message>
            <source>Archived and deleted</source>
            <translation type="vanished">المؤرشف والمحذوف</translation>
        </message>
        <message numerus="yes">
            <source>Archived {n} conversations</source>
            <extracomment>Archived 1 conversation</extracomment>
            <translation>
                <numerusform>أُرشفت {n} محادثة</numerusform>
                <numerusform>أُرشفت محادثة واحدة</numerusform>
                <numerusform>أُرشفت محادثتان</numerusform>
                <numerusform>أُرشفت {n} محادثات</numerusform>
                <numerusform>أُرشفت {n} محادثة</numerusform>
                <numerusform>أُرشفت {n} محادثة</numerusform>
            </translation>
        </message>
        <message>
            <source>Archived “{title}”</source>
            <translation>أُرشفت «{title}»</translation>
        </message>
        <message>
            <source>Archives and JSON (*.zip *.json *.db)</source>
            <translation>أرشيفات وJSON (*.zip *.json *.db)</translation>
        </message>
        <message>
            <source>Arrow keys</source>
            <translation>مفاتيح الأسهم</translation>
        </message>
        <message>
            <source>Arrow keys and Enter</source>
            <translation>مفاتيح الأسهم وEnter</translation>
        </message>
        <message>
            <source>Arrow keys move, plus and minus zoom, Ctrl+C copies, Ctrl+S saves, Esc closes, the menu key shows more.</source>
            <translation>مفاتيح الأسهم تحرّك، وزائد وناقص للتكبير والتصغير، وCtrl+C ينسخ، وCtrl+S يحفظ، وEsc يغلق، ومفتاح القائمة يعرض المزيد.</translation>
        </message>
        <message>
            <source>Arrow keys, Space</source>
            <translation>مفاتيح الأسهم، المسافة</translation>
        </message>
        <message>
            <source>Arrow keys: first corner</source>
            <translation>مفاتيح الأسهم: الزاوية الأولى</translation>
        </message>
        <message>
            <source>Arrow keys: second corner</source>
            <translation>مفاتيح الأسهم: الزاوية الثانية</translation>
        </message>
        <message>
            <source>Arrow keys: the one beside</source>
            <translation>مفاتيح الأسهم: المجاورة</translation>
        </message>
        <message>
            <source>Arrow, box, pen, text, number, redact; from the question with Alt</source>
            <translation>سهم، إطار، قلم، نص، رقم، تسويد؛ ومن خانة السؤال مع Alt</translation>
        </message>
        <message>
            <source>As a table</source>
            <translation>استخراج جدول</translation>
        </message>
        <message>
            <source>As fields</source>
            <translation>استخراج حقول</translation>
        </message>
        <message>
            <source>As in the file</source>
            <translation>كما في الملف</translation>
        </message>
        <message>
            <source>As in the settings</source>
            <translation>كما في الإعدادات</translation>
        </message>
        <message>
            <source>As it is now</source>
            <translation>كما هو الآن</translation>
        </message>
        <message>
            <source>As it was</source>
            <translation>كما كان</translation>
        </message>
        <message>
            <source>As it would leave</source>
            <translation>كما سيغادر</translation>
        </message>
        <message>
            <source>As table</source>
            <translation type="vanished">استخراج جدول</translation>
        </message>
        <message>
            <source>As the policy says: it is found in “{title}”.</source>
            <translation>كما تقول السياسة: وُجد في «{title}».</translation>
        </message>
        <message>
            <source>As the policy says: it is not found in “{title}”.</source>
            <translation>كما تقول السياسة: لم يوجد في «{title}».</translation>
        </message>
        <message>
            <source>As the system has it</source>
            <translation>كما في النظام</translation>
        </message>
        <message>
            <source>Ask</source>
            <translation>اسأل</translation>
        </message>
        <message>
            <source>Ask a cheaper model or for a shorter answer, or raise the budget in Settings, Spending, or with: kireji budget --{period} USD</source>
            <translation>اسأل نموذجًا أرخص أو اطلب إجابة أقصر، أو ارفع الميزانية في الإعدادات، الإنفاق، أو بالأمر: kireji budget --{period} USD</translation>
        </message>
        <message>
            <source>Ask a follow-up…</source>
            <translation>سؤال تابع…</translation>
        </message>
        <message>
            <source>Ask a model that reads PDF documents.</source>
            <translation>اسأل نموذجًا يقرأ مستندات PDF.</translation>
        </message>
        <message>
            <source>Ask about selected text by copying it</source>
            <translation>السؤال عن النص المحدد بنسخه</translation>
        </message>
        <message>
            <source>Ask about the clipboard</source>
            <translation>اسأل عن الحافظة</translation>
        </message>
        <message>
            <source>Ask about the selected text</source>
            <translation>اسأل عن النص المحدد</translation>
        </message>
        <message>
            <source>Ask about the selection</source>
            <translation>اسأل عن التحديد</translation>
        </message>
        <message>
            <source>Ask about this…</source>
            <translation>اسأل عن هذا…</translation>
        </message>
        <message>
            <source>Ask about this…  (⏎ {question}  Page Up: earlier questions)</source>
            <translation>اسأل عن هذا…  (⏎ {question}  Page Up: أسئلة سابقة)</translation>
        </message>
        <message>
            <source>Ask about this…  (⏎ {question})</source>
            <translation>اسأل عن هذا…  (⏎ {question})</translation>
        </message>
        <message>
            <source>Ask again</source>
            <translation>اسأل مرة أخرى</translation>
        </message>
        <message>
            <source>Ask again in a moment.</source>
            <translation>اسأل مرة أخرى بعد لحظة.</translation>
        </message>
        <message>
            <source>Ask again in a new conversation.</source>
            <translation>اسأل مرة أخرى في محادثة جديدة.</translation>
        </message>
        <message>
            <source>Ask again in {minutes} minutes.</source>
            <translation>اسأل مرة أخرى بعد {minutes} دقيقة.</translation>
        </message>
        <message>
            <source>Ask again in {seconds} seconds.</source>
            <translation>اسأل مرة أخرى بعد {seconds} ثانية.</translation>
        </message>
        <message>
            <source>Ask again, or choose another model.</source>
            <translation>اسأل مرة أخرى، أو اختر نموذجًا آخر.</translation>
        </message>
        <message>
            <source>Ask again, send it as it is (--no-redact), or switch hiding off in the settings.</source>
            <translation>اسأل مرة أخرى، أو أرسله كما هو (⁦--no-redact⁩)، أو عطّل الإخفاء في الإعدادات.</translation>
        </message>
        <message>
            <source>Ask again.</source>
            <translation>اسأل مرة أخرى.</translation>
        </message>
        <message>
            <source>Ask again; if it happens again, check the address in Settings, Keys &amp; models, and the proxy settings.</source>
            <translation>اسأل مرة أخرى؛ فإن تكرر فتحقق من العنوان في الإعدادات، المفاتيح والنماذج، ومن إعدادات الوكيل.</translation>
        </message>
        <message>
            <source>Ask again; the log says more.</source>
            <translation>اسأل مرة أخرى؛ في السجل التقني المزيد.</translation>
        </message>
        <message>
            <source>Ask another provider.</source>
            <translation>اسأل مزوّدًا آخر.</translation>
        </message>
        <message>
            <source>Ask anything, or capture a piece of the screen…</source>
            <translation>اسأل ما تشاء، أو التقط جزءًا من الشاشة…</translation>
        </message>
        <message>
            <source>Ask first</source>
            <translation>اسأل أولًا</translation>
        </message>
        <message>
            <source>Ask for a table, fields, a verdict and the like</source>
            <translation>اطلب جدولًا أو حقولًا أو حكمًا وما شابه</translation>
        </message>
        <message>
            <source>Ask for fewer at once.</source>
            <translation>اطلب أقل في المرة الواحدة.</translation>
        </message>
        <message>
            <source>Ask for fewer values at once.</source>
            <translation>اطلب قيمًا أقل في المرة الواحدة.</translation>
        </message>
        <message>
            <source>Ask for less at once, or choose a model that reads more.</source>
            <translation>اطلب أقل في المرة الواحدة، أو اختر نموذجًا يقرأ أكثر.</translation>
        </message>
        <message>
            <source>Ask for one first: kireji updates check</source>
            <translation>اطلب واحدة أولًا بالأمر: ⁦kireji updates check⁩</translation>
        </message>
        <message>
            <source>Ask my own question</source>
            <translation>طرح سؤال خاص بي</translation>
        </message>
        <message>
            <source>Ask now</source>
            <translation>اسأل الآن</translation>
        </message>
        <message>
            <source>Ask now, or run the job at Anthropic.</source>
            <translation>اسأل الآن، أو شغّل المهمة لدى Anthropic.</translation>
        </message>
        <message>
            <source>Ask question {place} now: {words}</source>
            <translation>طرح السؤال {place} الآن: {words}</translation>
        </message>
        <message>
            <source>Ask something first.</source>
            <translation>اسأل شيئًا أولًا.</translation>
        </message>
        <message>
            <source>Ask the desktop again</source>
            <translation>سؤال سطح المكتب مجددًا</translation>
        </message>
        <message>
            <source>Ask the same question again</source>
            <translation>طرح السؤال نفسه مرة أخرى</translation>
        </message>
        <message>
            <source>Ask this at once</source>
            <translation>اطرح هذا فورًا</translation>
        </message>
        <message>
            <source>Ask this when the answer is complete</source>
            <translation>اسأل هذا عند اكتمال الإجابة</translation>
        </message>
        <message>
            <source>Ask ⏎</source>
            <translation>اسأل ⏎</translation>
        </message>
        <message>
            <source>Asked</source>
            <translation>السؤال</translation>
        </message>
        <message>
            <source>Asked at the same time, one by one</source>
            <translation>تُسأل في الوقت نفسه، واحدًا واحدًا</translation>
        </message>
        <message numerus="yes">
            <source>Asked one after the other when this answer is done:</source>
            <extracomment>Asked when this answer is done:</extracomment>
            <translation>
                <numerusform>تُطرح واحدًا تلو الآخر عند اكتمال هذه الإجابة:</numerusform>
                <numerusform>يُطرح عند اكتمال هذه الإجابة:</numerusform>
                <numerusform>يُطرحان تباعًا عند اكتمال هذه الإجابة:</numerusform>
                <numerusform>تُطرح تباعًا عند اكتمال هذه الإجابة:</numerusform>
                <numerusform>تُطرح تباعًا عند اكتمال هذه الإجابة:</numerusform>
                <numerusform>تُطرح تباعًا عند اكتمال هذه الإجابة:</numerusform>
            </translation>
        </message>
        <message>
            <source>Asked with</source>
            <translation>طُلب بـ</translation>
        </message>
        <message>
            <source>Asking one row…</source>
            <translation>يُسأل عن صف واحد…</translation>
        </message>
        <message>
            <source>At most</source>
            <translation>على الأكثر</translation>
        </message>
        <message>
            <source>At most {most} pictures are judged together.</source>
            <translation>يُحكم على {most} صور معًا على الأكثر.</translation>
        </message>
        <message>
            <source>At most {most} pictures can be taken together; these are {count}.</source>
            <translation>يمكن أخذ {most} صور معًا على الأكثر؛ وهذه {count}.</translation>
        </message>
        <message>
            <source>Attach files or pictures</source>
            <translation>إرفاق ملفات أو صور</translation>
        </message>
        <message>
            <source>Attach text, a PDF or pictures.</source>
            <translation>أرفق نصًا أو ملف PDF أو صورًا.</translation>
        </message>
        <message>
            <source>Attach the part of it that matters.</source>
            <translation>أرفق الجزء المهم منه.</translation>
        </message>
        <message>
            <source>Attach the part that matters.</source>
            <translation>أرفق الجزء المهم.</translation>
        </message>
        <message>
            <source>Attached files and pictures</source>
            <translation type="vanished">الملفات والصور المرفقة</translation>
        </message>
        <message>
            <source>Back</source>
            <translation>رجوع</translation>
        </message>
        <message>
            <source>Back to the conversation</source>
            <translation>العودة إلى المحادثة</translation>
        </message>
        <message>
            <source>Back to the jobs</source>
            <translation>العودة إلى المهام</translation>
        </message>
        <message>
            <source>Back to the list of rows</source>
            <translation>العودة إلى قائمة الصفوف</translation>
        </message>
        <message>
            <source>Back to the results</source>
            <translation>العودة إلى النتائج</translation>
        </message>
        <message>
            <source>Back to the results of the job</source>
            <translation>العودة إلى نتائج المهمة</translation>
        </message>
        <message>
            <source>Back up every day</source>
            <translation>نسخ احتياطي كل يوم</translation>
        </message>
        <message>
            <source>Back up now</source>
            <translation>انسخ احتياطيًا الآن</translation>
        </message>
        <message>
            <source>Backed up to {path}.</source>
            <translation>نُسخ احتياطيًا إلى {path}.</translation>
        </message>
        <message>
            <source>Backup and restore</source>
            <translation>النسخ الاحتياطي والاستعادة</translation>
        </message>
        <message>
            <source>Backups</source>
            <translation>النسخ الاحتياطية</translation>
        </message>
        <message>
            <source>Bank account</source>
            <translation>حساب مصرفي</translation>
        </message>
        <message>
            <source>Bank accounts</source>
            <translation>الحسابات المصرفية</translation>
        </message>
        <message>
            <source>Batch service: half price, within a day</source>
            <translation>خدمة الدفعات: نصف السعر، خلال يوم</translation>
        </message>
        <message>
            <source>Batch service: {percent} % of the price, within a day</source>
            <translation>خدمة الدفعات: {percent}% من السعر، خلال يوم</translation>
        </message>
        <message>
            <source>Batch {batch} is {state} now.</source>
            <translation>حالة الدفعة {batch} الآن: {state}.</translation>
        </message>
        <message>
            <source>Batches know no “{what}”.</source>
            <translation>لا تعرف الدفعات «{what}».</translation>
        </message>
        <message>
            <source>Before</source>
            <translation>قبل</translation>
        </message>
        <message>
            <source>Begin no policy</source>
            <translation>عدم بدء سياسة</translation>
        </message>
        <message>
            <source>Begins as</source>
            <translation>تبدأ من</translation>
        </message>
        <message>
            <source>Being looked through…</source>
            <translation>يجري فحصه…</translation>
        </message>
        <message>
            <source>Being read…</source>
            <translation>تجري قراءته…</translation>
        </message>
        <message>
            <source>Believed when it is signed by the key {keys}, which came with this program.</source>
            <translation>تُصدَّق القائمة حين تكون موقّعة بالمفتاح ⁦{keys}⁩، الذي جاء مع هذا البرنامج.</translation>
        </message>
        <message>
            <source>Believed when it is signed by the key {keys}.</source>
            <translation>تُصدَّق القائمة حين تكون موقّعة بالمفتاح ⁦{keys}⁩.</translation>
        </message>
        <message>
            <source>Belongs there</source>
            <translation>ينتمي إليها</translation>
        </message>
        <message>
            <source>Bind the command 'kireji capture' to a key in your desktop's own keyboard settings; Settings, Shortcuts has it in full.</source>
            <translation>اربط الأمر 'kireji capture' بمفتاح في إعدادات لوحة المفاتيح لسطح المكتب؛ تجده كاملًا في الإعدادات، الاختصارات.</translation>
        </message>
        <message>
            <source>Black out</source>
            <translation>تسويد</translation>
        </message>
        <message>
            <source>Block</source>
            <translation>الحظر</translation>
        </message>
        <message>
            <source>Blocked</source>
            <translation>محظور</translation>
        </message>
        <message>
            <source>Blue</source>
            <translation>أزرق</translation>
        </message>
        <message>
            <source>Both</source>
            <translation>كلاهما</translation>
        </message>
        <message>
            <source>Branch before this one, at the last fork</source>
            <translation>الفرع السابق، عند آخر تفرّع</translation>
        </message>
        <message>
            <source>Branch behind it</source>
            <translation>الفرع التالي</translation>
        </message>
        <message>
            <source>Branch {place} / {count}</source>
            <translation>الفرع {place} / {count}</translation>
        </message>
        <message>
            <source>Branch {place} of {count}. Show another</source>
            <translation>الفرع {place} من {count}. عرض فرع آخر</translation>
        </message>
        <message>
            <source>Bring back what you deleted</source>
            <translation>استرجاع ما حذفته</translation>
        </message>
        <message numerus="yes">
            <source>Bring back {n} that you deleted</source>
            <extracomment>Bring back 1 that you deleted</extracomment>
            <translation>
                <numerusform>استرجاع {n} مما حذفته</numerusform>
                <numerusform>استرجاع واحدة مما حذفته</numerusform>
                <numerusform>استرجاع اثنتين مما حذفته</numerusform>
                <numerusform>استرجاع {n} مما حذفته</numerusform>
                <numerusform>استرجاع {n} مما حذفته</numerusform>
                <numerusform>استرجاع {n} مما حذفته</numerusform>
            </translation>
        </message>
        <message>
            <source>Budget of one conversation, in US dollars</source>
            <translation>ميزانية محادثة واحدة، بالدولار الأمريكي</translation>
        </message>
        <message>
            <source>Budget of one day, in US dollars</source>
            <translation>ميزانية يوم واحد، بالدولار الأمريكي</translation>
        </message>
        <message>
            <source>Budget of one month, in US dollars</source>
            <translation>ميزانية شهر واحد، بالدولار الأمريكي</translation>
        </message>
        <message>
            <source>Budgets</source>
            <translation>الميزانيات</translation>
        </message>
        <message>
            <source>Build</source>
            <translation>البناء</translation>
        </message>
        <message>
            <source>Built in</source>
            <translation>مضمّنة</translation>
        </message>
        <message>
            <source>By model, this month</source>
            <translation>حسب النموذج، هذا الشهر</translation>
        </message>
        <message>
            <source>By rule</source>
            <translation>وفق القاعدة</translation>
        </message>
        <message>
            <source>By rule: it only computes</source>
            <translation>وفق القاعدة: تحسب فقط</translation>
        </message>
        <message>
            <source>By rule: you had allowed it</source>
            <translation>وفق القاعدة: كنتَ قد سمحتَ بها</translation>
        </message>
        <message>
            <source>By rule: you had denied it</source>
            <translation>وفق القاعدة: كنتَ قد رفضتها</translation>
        </message>
        <message>
            <source>CSV</source>
            <translation>CSV</translation>
        </message>
        <message>
            <source>Cache</source>
            <translation>الذاكرة المؤقتة</translation>
        </message>
        <message>
            <source>Calculate</source>
            <translation>الحساب</translation>
        </message>
        <message>
            <source>Calculates exactly, also with functions such as sqrt, log, round and mean.</source>
            <translation>تحسب بدقة، وبدوال أيضًا مثل sqrt وlog وround وmean.</translation>
        </message>
        <message>
            <source>Calculator</source>
            <translation>الحاسبة</translation>
        </message>
        <message>
            <source>Call of a tool</source>
            <translation>استدعاء أداة</translation>
        </message>
        <message>
            <source>Call of a tool server</source>
            <translation>استدعاء خادم أدوات</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>إلغاء</translation>
        </message>
        <message>
            <source>Cancel it first and wait until that is confirmed.</source>
            <translation>ألغها أولًا وانتظر تأكيد ذلك.</translation>
        </message>
        <message>
            <source>Cancel the job</source>
            <translation>إلغاء المهمة</translation>
        </message>
        <message>
            <source>Cancel these jobs</source>
            <translation>إلغاء هذه المهام</translation>
        </message>
        <message>
            <source>Cancel {name}</source>
            <translation>إلغاء {name}</translation>
        </message>
        <message>
            <source>Cancel “{job}”?</source>
            <translation>إلغاء «{job}»؟</translation>
        </message>
        <message>
            <source>Cannot be read as a date</source>
            <translation>لا تُقرأ تاريخًا</translation>
        </message>
        <message>
            <source>Cannot be read as a number</source>
            <translation>لا تُقرأ عددًا</translation>
        </message>
        <message>
            <source>Cannot be read as a text</source>
            <translation>لا تُقرأ نصًا</translation>
        </message>
        <message>
            <source>Cannot be read as an amount</source>
            <translation>لا تُقرأ مبلغًا</translation>
        </message>
        <message>
            <source>Capture</source>
            <translation>التقاط</translation>
        </message>
        <message>
            <source>Capture &amp; ask</source>
            <translation>التقط واسأل</translation>
        </message>
        <message>
            <source>Capture a window</source>
            <translation>التقاط نافذة</translation>
        </message>
        <message>
            <source>Capture after a delay</source>
            <translation>الالتقاط بعد مهلة</translation>
        </message>
        <message>
            <source>Capture all screens</source>
            <translation>التقاط كل الشاشات</translation>
        </message>
        <message>
            <source>Capture and ask</source>
            <translation>التقط واسأل</translation>
        </message>
        <message>
            <source>Capture it again, or ask without it in a new conversation.</source>
            <translation>التقطها مجددًا، أو اسأل بدونها في محادثة جديدة.</translation>
        </message>
        <message>
            <source>Capture it anew.</source>
            <translation>التقطها من جديد.</translation>
        </message>
        <message>
            <source>Capture something first, or name a folder.</source>
            <translation>التقط شيئًا أولًا، أو سمّ مجلدًا.</translation>
        </message>
        <message>
            <source>Capture the same region again</source>
            <translation>التقاط المنطقة نفسها مجددًا</translation>
        </message>
        <message>
            <source>Capture the screen</source>
            <translation>التقاط الشاشة</translation>
        </message>
        <message>
            <source>Capture this screen</source>
            <translation>التقاط هذه الشاشة</translation>
        </message>
        <message>
            <source>Capture with the button, the tray menu or the command “{command}”.</source>
            <translation>التقط بالزر أو بقائمة الشريط أو بالأمر «{command}».</translation>
        </message>
        <message>
            <source>Capture {number}</source>
            <translation>اللقطة {number}</translation>
        </message>
        <message>
            <source>Capturing soon</source>
            <translation>الالتقاط بعد قليل</translation>
        </message>
        <message>
            <source>Card</source>
            <translation>بطاقة</translation>
        </message>
        <message>
            <source>Category</source>
            <translation>الفئة</translation>
        </message>
        <message>
            <source>Certificates (*.pem *.crt *.cer)</source>
            <translation>شهادات (*.pem *.crt *.cer)</translation>
        </message>
        <message>
            <source>Change</source>
            <translation>تغيير</translation>
        </message>
        <message>
            <source>Change budget</source>
            <translation>تغيير الميزانية</translation>
        </message>
        <message>
            <source>Change it and ask again.</source>
            <translation>غيّره ثم اسأل مرة أخرى.</translation>
        </message>
        <message>
            <source>Change it, or switch hiding off in the settings.</source>
            <translation>غيّره، أو عطّل الإخفاء في الإعدادات.</translation>
        </message>
        <message>
            <source>Change the budgets in the settings</source>
            <translation>تغيير الميزانيات في الإعدادات</translation>
        </message>
        <message>
            <source>Change the budgets…</source>
            <translation>تغيير الميزانيات…</translation>
        </message>
        <message>
            <source>Change the folder of backups</source>
            <translation>تغيير مجلد النسخ الاحتياطية</translation>
        </message>
        <message>
            <source>Change the instructions</source>
            <translation>تغيير التعليمات</translation>
        </message>
        <message>
            <source>Change the question or the model, or start a new conversation.</source>
            <translation>غيّر السؤال أو النموذج، أو ابدأ محادثة جديدة.</translation>
        </message>
        <message>
            <source>Change the question, or choose another model.</source>
            <translation>غيّر السؤال، أو اختر نموذجًا آخر.</translation>
        </message>
        <message>
            <source>Change the question, or the account's rules at {name}.</source>
            <translation>غيّر السؤال، أو قواعد الحساب لدى {name}.</translation>
        </message>
        <message>
            <source>Change the rule in the privacy settings.</source>
            <translation>غيّر القاعدة في إعدادات الخصوصية.</translation>
        </message>
        <message>
            <source>Changed</source>
            <translation>تغيّر</translation>
        </message>
        <message>
            <source>Changes</source>
            <translation>التغييرات</translation>
        </message>
        <message>
            <source>Change…</source>
            <translation>تغيير…</translation>
        </message>
        <message>
            <source>Check</source>
            <translation>التحقق</translation>
        </message>
        <message>
            <source>Check against a policy</source>
            <translation>افحص وفق سياسة</translation>
        </message>
        <message>
            <source>Check and start</source>
            <translation>التحقق والبدء</translation>
        </message>
        <message>
            <source>Check and start…</source>
            <translation>التحقق والبدء…</translation>
        </message>
        <message>
            <source>Check before sharing</source>
            <translation>افحص قبل المشاركة</translation>
        </message>
        <message>
            <source>Check for a newer version now</source>
            <translation>التحقق الآن من وجود إصدار أحدث</translation>
        </message>
        <message>
            <source>Check it and try again.</source>
            <translation>تحقق منه ثم حاول مجددًا.</translation>
        </message>
        <message>
            <source>Check its billing in the console of {name}, or use another key.</source>
            <translation>تحقق من الفوترة في لوحة {name}، أو استعمل مفتاحًا آخر.</translation>
        </message>
        <message>
            <source>Check its name.</source>
            <translation>تحقق من اسمه.</translation>
        </message>
        <message>
            <source>Check its permissions.</source>
            <translation>تحقق من أذوناته.</translation>
        </message>
        <message>
            <source>Check now</source>
            <translation>التحقق الآن</translation>
        </message>
        <message>
            <source>Check that nothing in the ledger was changed, removed or added</source>
            <translation>التحقق من أن شيئًا في الدفتر لم يُغيَّر ولم يُزَل ولم يُضَف</translation>
        </message>
        <message>
            <source>Check that only the key was pasted.</source>
            <translation>تحقق من أن المفتاح وحده قد لُصق.</translation>
        </message>
        <message>
            <source>Check that the command starts a server over stdio.</source>
            <translation>تحقق من أن الأمر يشغّل خادمًا عبر stdio.</translation>
        </message>
        <message>
            <source>Check that the desktop is running.</source>
            <translation>تحقق من أن سطح المكتب يعمل.</translation>
        </message>
        <message>
            <source>Check the address and the network.</source>
            <translation>تحقق من العنوان والشبكة.</translation>
        </message>
        <message>
            <source>Check the address and the settings of the network.</source>
            <translation>تحقق من العنوان ومن إعدادات الشبكة.</translation>
        </message>
        <message>
            <source>Check the address in Settings, Keys &amp; models</source>
            <translation>تحقق من العنوان في الإعدادات، المفاتيح والنماذج</translation>
        </message>
        <message>
            <source>Check the address in Settings, Keys &amp; models, and the proxy settings.</source>
            <translation>تحقق من العنوان في الإعدادات، المفاتيح والنماذج، ومن إعدادات الوكيل.</translation>
        </message>
        <message>
            <source>Check the address in Settings, Keys &amp; models, or in OPENAI_BASE_URL</source>
            <translation>تحقق من العنوان في الإعدادات، المفاتيح والنماذج، أو في OPENAI_BASE_URL</translation>
        </message>
        <message>
            <source>Check the address in Settings, Keys &amp; models.</source>
            <translation>تحقق من العنوان في الإعدادات، المفاتيح والنماذج.</translation>
        </message>
        <message>
            <source>Check the address in a browser.</source>
            <translation>تحقق من العنوان في متصفح.</translation>
        </message>
        <message>
            <source>Check the address in {variable}</source>
            <translation>تحقق من العنوان في {variable}</translation>
        </message>
        <message>
            <source>Check the address of updates.</source>
            <translation>تحقق من عنوان التحديثات.</translation>
        </message>
        <message>
            <source>Check the address, or ask again.</source>
            <translation>تحقق من العنوان، أو اسأل مرة أخرى.</translation>
        </message>
        <message>
            <source>Check the address, or save the picture and drop the file here.</source>
            <translation>تحقق من العنوان، أو احفظ الصورة وأفلت الملف هنا.</translation>
        </message>
        <message>
            <source>Check the address; most end with /mcp.</source>
            <translation>تحقق من العنوان؛ ينتهي أغلبها بـ ‎/mcp.</translation>
        </message>
        <message>
            <source>Check the clock of this computer; if it is right, only the service can help.</source>
            <translation>تحقق من ساعة هذا الحاسوب؛ فإن كانت صحيحة فالخدمة وحدها تستطيع المساعدة.</translation>
        </message>
        <message>
            <source>Check the command and that the program is installed.</source>
            <translation>تحقق من الأمر ومن أن البرنامج مثبت.</translation>
        </message>
        <message>
            <source>Check the disk and the folder, then try again; nothing was deleted.</source>
            <translation>تحقق من القرص والمجلد ثم حاول مجددًا؛ لم يُحذف شيء.</translation>
        </message>
        <message>
            <source>Check the disk. Earlier backups are still there.</source>
            <translation>تحقق من القرص. النسخ السابقة ما زالت موجودة.</translation>
        </message>
        <message>
            <source>Check the file and its folder.</source>
            <translation>تحقق من الملف ومجلده.</translation>
        </message>
        <message>
            <source>Check the ledger</source>
            <translation>التحقق من الدفتر</translation>
        </message>
        <message>
            <source>Check the name after --policy.</source>
            <translation>تحقق من الاسم بعد ⁦--policy⁩.</translation>
        </message>
        <message>
            <source>Check the name after --schema.</source>
            <translation>تحقق من الاسم بعد ‎--schema.</translation>
        </message>
        <message>
            <source>Check the name.</source>
            <translation>تحقق من الاسم.</translation>
        </message>
        <message>
            <source>Check the name; prompts are imported from a .md or .zip file.</source>
            <translation>تحقق من الاسم؛ تُستورد الأسئلة السريعة من ملف ⁦.md⁩ أو ⁦.zip⁩.</translation>
        </message>
        <message>
            <source>Check the network</source>
            <translation>تحقق من الشبكة</translation>
        </message>
        <message>
            <source>Check the network, then try again.</source>
            <translation>تحقق من الشبكة ثم حاول مجددًا.</translation>
        </message>
        <message>
            <source>Check the setting network.proxy, HTTPS_PROXY or the proxy settings of the system.</source>
            <translation>تحقق من الإعداد network.proxy أو HTTPS_PROXY أو إعدادات الوكيل في النظام.</translation>
        </message>
        <message>
            <source>Check the space on the disk and who may write there.</source>
            <translation>تحقق من المساحة على القرص ومن يجوز له الكتابة هناك.</translation>
        </message>
        <message>
            <source>Check this computer's clock. If it is right, do not trust that address.</source>
            <translation>تحقق من ساعة هذا الحاسوب. فإن كانت صحيحة فلا تثق بذلك العنوان.</translation>
        </message>
        <message>
            <source>Check who may read it.</source>
            <translation>تحقق ممن يجوز له قراءته.</translation>
        </message>
        <message>
            <source>Check with a policy</source>
            <translation>فحص وفق سياسة</translation>
        </message>
        <message>
            <source>Checking…</source>
            <translation>يجري التحقق…</translation>
        </message>
        <message>
            <source>Check…</source>
            <translation>تحقق…</translation>
        </message>
        <message>
            <source>Choice</source>
            <translation>اختيار</translation>
        </message>
        <message>
            <source>Choices</source>
            <translation>الخيارات</translation>
        </message>
        <message>
            <source>Choices, with commas between them</source>
            <translation>الخيارات وبينها فواصل</translation>
        </message>
        <message>
            <source>Choose a backup</source>
            <translation>اختيار نسخة احتياطية</translation>
        </message>
        <message>
            <source>Choose a file of certificates</source>
            <translation>اختيار ملف شهادات</translation>
        </message>
        <message>
            <source>Choose a file with servers</source>
            <translation>اختيار ملف فيه خوادم</translation>
        </message>
        <message>
            <source>Choose a file.</source>
            <translation>اختر ملفًا.</translation>
        </message>
        <message>
            <source>Choose a file…</source>
            <translation>اختيار ملف…</translation>
        </message>
        <message>
            <source>Choose a folder for backups</source>
            <translation>اختيار مجلد للنسخ الاحتياطية</translation>
        </message>
        <message>
            <source>Choose a folder in which files may be read</source>
            <translation>اختيار مجلد تجوز قراءة ملفاته</translation>
        </message>
        <message>
            <source>Choose a folder with a shorter one with KIREJI_HOME.</source>
            <translation>اختر بـ KIREJI_HOME مجلدًا مساره أقصر.</translation>
        </message>
        <message>
            <source>Choose a folder.</source>
            <translation>اختر مجلدًا.</translation>
        </message>
        <message>
            <source>Choose a folder…</source>
            <translation>اختيار مجلد…</translation>
        </message>
        <message>
            <source>Choose a labelled set</source>
            <translation>اختيار مجموعة موسومة</translation>
        </message>
        <message>
            <source>Choose a labelled set of your own</source>
            <translation>اختيار مجموعة موسومة خاصة بك</translation>
        </message>
        <message>
            <source>Choose a model</source>
            <translation>اختيار نموذج</translation>
        </message>
        <message>
            <source>Choose a model that can, or leave the picture out.</source>
            <translation>اختر نموذجًا يستطيع ذلك، أو اترك الصورة.</translation>
        </message>
        <message>
            <source>Choose a model that can.</source>
            <translation>اختر نموذجًا يستطيع ذلك.</translation>
        </message>
        <message>
            <source>Choose a model.</source>
            <translation>اختر نموذجًا.</translation>
        </message>
        <message>
            <source>Choose a name such as prompts.zip.</source>
            <translation>اختر اسمًا مثل ⁦prompts.zip⁩.</translation>
        </message>
        <message>
            <source>Choose a picture</source>
            <translation>اختيار صورة</translation>
        </message>
        <message>
            <source>Choose a policy.</source>
            <translation>اختر سياسة.</translation>
        </message>
        <message>
            <source>Choose a region with words that can be read.</source>
            <translation>اختر منطقة فيها كلمات يمكن قراءتها.</translation>
        </message>
        <message>
            <source>Choose a shorter one.</source>
            <translation>اختر أقصر منه.</translation>
        </message>
        <message>
            <source>Choose a smaller region, or another model.</source>
            <translation>اختر منطقة أصغر، أو نموذجًا آخر.</translation>
        </message>
        <message>
            <source>Choose an export</source>
            <translation>اختيار تصدير</translation>
        </message>
        <message>
            <source>Choose another file.</source>
            <translation>اختر ملفًا آخر.</translation>
        </message>
        <message>
            <source>Choose another folder.</source>
            <translation>اختر مجلدًا آخر.</translation>
        </message>
        <message>
            <source>Choose another model in Settings, Keys &amp; models.</source>
            <translation>اختر نموذجًا آخر في الإعدادات، المفاتيح والنماذج.</translation>
        </message>
        <message>
            <source>Choose another model, or another picture.</source>
            <translation>اختر نموذجًا آخر، أو صورة أخرى.</translation>
        </message>
        <message>
            <source>Choose another model, or begin again with: kireji watch --yes</source>
            <translation>اختر نموذجًا آخر، أو ابدأ مجددًا بالأمر: ⁦kireji watch --yes⁩</translation>
        </message>
        <message>
            <source>Choose another model, or change the settings under openrouter.</source>
            <translation>اختر نموذجًا آخر، أو غيّر الإعدادات تحت openrouter.</translation>
        </message>
        <message>
            <source>Choose another model, or paste the document's text.</source>
            <translation>اختر نموذجًا آخر، أو الصق نص المستند.</translation>
        </message>
        <message>
            <source>Choose another model, or set openrouter.data_collection to "allow" if requests may be kept.</source>
            <translation>اختر نموذجًا آخر، أو عيّن openrouter.data_collection على "allow" إن جاز الاحتفاظ بالطلبات.</translation>
        </message>
        <message>
            <source>Choose another model, or use a key with more permissions in Settings, Keys &amp; models.</source>
            <translation>اختر نموذجًا آخر، أو استعمل مفتاحًا أوسع صلاحيات في الإعدادات، المفاتيح والنماذج.</translation>
        </message>
        <message>
            <source>Choose another model.</source>
            <translation>اختر نموذجًا آخر.</translation>
        </message>
        <message>
            <source>Choose another model; the regions are marked all the same.</source>
            <translation>اختر نموذجًا آخر؛ المناطق معلَّمة على كل حال.</translation>
        </message>
        <message>
            <source>Choose another name, or allow it to be overwritten.</source>
            <translation>اختر اسمًا آخر، أو اسمح بالكتابة فوقه.</translation>
        </message>
        <message>
            <source>Choose another name, or remove that one first.</source>
            <translation>اختر اسمًا آخر، أو أزل ذاك أولًا.</translation>
        </message>
        <message>
            <source>Choose another name.</source>
            <translation>اختر اسمًا آخر.</translation>
        </message>
        <message>
            <source>Choose another place.</source>
            <translation>اختر مكانًا آخر.</translation>
        </message>
        <message>
            <source>Choose another shortcut in Settings.</source>
            <translation>اختر اختصارًا آخر في الإعدادات.</translation>
        </message>
        <message>
            <source>Choose another, or allow reading it.</source>
            <translation>اختر غيره، أو اسمح بقراءته.</translation>
        </message>
        <message>
            <source>Choose another.</source>
            <translation>اختر غيرها.</translation>
        </message>
        <message>
            <source>Choose file…</source>
            <translation>اختيار ملف…</translation>
        </message>
        <message>
            <source>Choose one in Settings, Keys &amp; models.</source>
            <translation>اختر واحدًا في الإعدادات، المفاتيح والنماذج.</translation>
        </message>
        <message>
            <source>Choose one of these: {choices}.</source>
            <translation>اختر واحدًا من هذه: {choices}.</translation>
        </message>
        <message>
            <source>Choose one within {width} x {height} pixels.</source>
            <translation>اختر واحدة ضمن {width} x {height} بكسل.</translation>
        </message>
        <message>
            <source>Choose other keys</source>
            <translation>اختيار مفاتيح أخرى</translation>
        </message>
        <message>
            <source>Choose picture…</source>
            <translation>اختيار صورة…</translation>
        </message>
        <message>
            <source>Choose text, a PDF or a picture.</source>
            <translation>اختر نصًا أو ملف PDF أو صورة.</translation>
        </message>
        <message>
            <source>Choose the files in it.</source>
            <translation type="vanished">اختر الملفات التي فيه.</translation>
        </message>
        <message>
            <source>Choose the folder of a backup</source>
            <translation>اختيار مجلد نسخة احتياطية</translation>
        </message>
        <message>
            <source>Choose the folder of an export</source>
            <translation>اختيار مجلد تصدير</translation>
        </message>
        <message>
            <source>Choose the model</source>
            <translation>اختيار النموذج</translation>
        </message>
        <message>
            <source>Choose the tools that are offered</source>
            <translation>اختيار الأدوات المعروضة على النموذج</translation>
        </message>
        <message>
            <source>Choose what goes along</source>
            <translation>اختيار ما يُرسل مع السؤال</translation>
        </message>
        <message>
            <source>Choose what is asked about first.</source>
            <translation>اختر أولًا ما يُسأل عنه.</translation>
        </message>
        <message>
            <source>Choose where…</source>
            <translation>اختيار المكان…</translation>
        </message>
        <message>
            <source>Choose {new} in Settings, Keys &amp; models.</source>
            <translation>اختر {new} في الإعدادات، المفاتيح والنماذج.</translation>
        </message>
        <message>
            <source>Chosen at first</source>
            <translation>المختار أولًا</translation>
        </message>
        <message>
            <source>Click or Enter: this window</source>
            <translation>نقرة أو Enter: هذه النافذة</translation>
        </message>
        <message>
            <source>Click: a window</source>
            <translation>نقرة: نافذة</translation>
        </message>
        <message>
            <source>Clipboard</source>
            <translation>الحافظة</translation>
        </message>
        <message>
            <source>Clock</source>
            <translation>الساعة</translation>
        </message>
        <message>
            <source>Close</source>
            <translation>إغلاق</translation>
        </message>
        <message>
            <source>Close a program that listens on many ports, or paste a key instead.</source>
            <translation>أغلق برنامجًا يستمع على منافذ كثيرة، أو الصق مفتاحًا بدلًا من ذلك.</translation>
        </message>
        <message>
            <source>Close the editor</source>
            <translation>إغلاق المحرر</translation>
        </message>
        <message>
            <source>Close the program that uses it (a database viewer, a backup) and try again; nothing was lost.</source>
            <translation>أغلق البرنامج الذي يستعملها (عارض قواعد بيانات أو نسخ احتياطي) وحاول مجددًا؛ لم يُفقد شيء.</translation>
        </message>
        <message>
            <source>Close the window</source>
            <translation>إغلاق النافذة</translation>
        </message>
        <message>
            <source>Close this row</source>
            <translation>إغلاق هذا الصف</translation>
        </message>
        <message>
            <source>Code, {language}.</source>
            <translation>كود، {language}.</translation>
        </message>
        <message>
            <source>Code.</source>
            <translation>كود.</translation>
        </message>
        <message>
            <source>Colour and width</source>
            <translation>اللون والسُّمك</translation>
        </message>
        <message>
            <source>Colours</source>
            <translation>الألوان</translation>
        </message>
        <message>
            <source>Columns are proposed from every picture, or follow your schema.</source>
            <translation>تُقترح الأعمدة من كل صورة، أو تتبع مخططك.</translation>
        </message>
        <message>
            <source>Columns: {columns}</source>
            <translation>الأعمدة: {columns}</translation>
        </message>
        <message>
            <source>Command</source>
            <translation>الأمر</translation>
        </message>
        <message>
            <source>Command of the server, with its arguments</source>
            <translation>أمر الخادم مع معطياته</translation>
        </message>
        <message>
            <source>Commands</source>
            <translation>الأوامر</translation>
        </message>
        <message>
            <source>Compare</source>
            <translation>قارن</translation>
        </message>
        <message>
            <source>Compare two captures</source>
            <translation>قارن لقطتين</translation>
        </message>
        <message>
            <source>Compare two pictures</source>
            <translation>مقارنة صورتين</translation>
        </message>
        <message>
            <source>Compare with the screen now</source>
            <translation>قارن بالشاشة الآن</translation>
        </message>
        <message>
            <source>Comparing…</source>
            <translation>تجري المقارنة…</translation>
        </message>
        <message>
            <source>Comparison</source>
            <translation>المقارنة</translation>
        </message>
        <message>
            <source>Confused categories</source>
            <translation>الفئات المختلطة</translation>
        </message>
        <message>
            <source>Connect one and try again.</source>
            <translation>صِل شاشة ثم حاول مرة أخرى.</translation>
        </message>
        <message>
            <source>Connection without content</source>
            <translation>اتصال بلا محتوى</translation>
        </message>
        <message>
            <source>Contains text from {places}</source>
            <translation>تحتوي نصًا من {places}</translation>
        </message>
        <message>
            <source>Contents</source>
            <translation>المحتويات</translation>
        </message>
        <message>
            <source>Context</source>
            <translation>السياق</translation>
        </message>
        <message>
            <source>Continue</source>
            <translation>متابعة</translation>
        </message>
        <message>
            <source>Continue the answer where it was cut</source>
            <translation>متابعة الإجابة من حيث انقطعت</translation>
        </message>
        <message>
            <source>Contrast</source>
            <translation>التباين</translation>
        </message>
        <message>
            <source>Conversation</source>
            <translation>المحادثة</translation>
        </message>
        <message>
            <source>Conversation {number}</source>
            <translation>المحادثة {number}</translation>
        </message>
        <message>
            <source>Conversations</source>
            <translation>المحادثات</translation>
        </message>
        <message>
            <source>Conversations and captures</source>
            <translation>المحادثات واللقطات</translation>
        </message>
        <message>
            <source>Conversations: {done} of {total}</source>
            <translation>المحادثات: {done} من {total}</translation>
        </message>
        <message>
            <source>Convert units</source>
            <translation>تحويل الوحدات</translation>
        </message>
        <message>
            <source>Converts units of measurement, temperatures and data sizes. No currencies.</source>
            <translation>تحوّل وحدات القياس ودرجات الحرارة وأحجام البيانات. ولا تحوّل العملات.</translation>
        </message>
        <message>
            <source>Copied</source>
            <translation>نُسخ</translation>
        </message>
        <message>
            <source>Copied.</source>
            <translation>نُسخ.</translation>
        </message>
        <message>
            <source>Copied. Open it in a browser on this computer, and allow it there.</source>
            <translation>نُسخ. افتحه في متصفح على هذا الحاسوب واسمح به هناك.</translation>
        </message>
        <message>
            <source>Copied: {command}</source>
            <translation>نُسخ: {command}</translation>
        </message>
        <message>
            <source>Copy</source>
            <translation>نسخ</translation>
        </message>
        <message>
            <source>Copy a smaller part of it.</source>
            <translation>انسخ جزءًا أصغر منه.</translation>
        </message>
        <message>
            <source>Copy all of the translated text (Ctrl+C)</source>
            <translation>نسخ كل النص المترجم (Ctrl+C)</translation>
        </message>
        <message>
            <source>Copy as CSV</source>
            <translation>نسخ بصيغة CSV</translation>
        </message>
        <message>
            <source>Copy as Markdown</source>
            <translation>نسخ بصيغة Markdown</translation>
        </message>
        <message>
            <source>Copy as rich text</source>
            <translation>نسخ كنص منسّق</translation>
        </message>
        <message>
            <source>Copy changes</source>
            <translation>نسخ التغييرات</translation>
        </message>
        <message>
            <source>Copy details</source>
            <translation>نسخ التفاصيل</translation>
        </message>
        <message>
            <source>Copy for a spreadsheet</source>
            <translation>نسخ لجدول بيانات</translation>
        </message>
        <message>
            <source>Copy it again, or from another program.</source>
            <translation>انسخ مجددًا، أو من برنامج آخر.</translation>
        </message>
        <message>
            <source>Copy it instead.</source>
            <translation>انسخها بدلًا من ذلك.</translation>
        </message>
        <message>
            <source>Copy its text into the question.</source>
            <translation>انسخ نصه إلى السؤال.</translation>
        </message>
        <message>
            <source>Copy of {title}</source>
            <translation>نسخة من {title}</translation>
        </message>
        <message>
            <source>Copy of “{title}”</source>
            <translation>نسخة من «{title}»</translation>
        </message>
        <message>
            <source>Copy original and translation</source>
            <translation>نسخ الأصل والترجمة</translation>
        </message>
        <message>
            <source>Copy picture</source>
            <translation>نسخ الصورة</translation>
        </message>
        <message>
            <source>Copy picture, copy its text</source>
            <translation>نسخ الصورة، نسخ نصها</translation>
        </message>
        <message>
            <source>Copy some text, then ask again.</source>
            <translation>انسخ نصًا ثم اسأل مرة أخرى.</translation>
        </message>
        <message>
            <source>Copy text</source>
            <translation>نسخ النص</translation>
        </message>
        <message>
            <source>Copy the address</source>
            <translation>نسخ العنوان</translation>
        </message>
        <message>
            <source>Copy the answer</source>
            <translation>نسخ الإجابة</translation>
        </message>
        <message>
            <source>Copy the answer as Markdown</source>
            <translation>نسخ الإجابة بصيغة Markdown</translation>
        </message>
        <message>
            <source>Copy the code</source>
            <translation>نسخ الكود</translation>
        </message>
        <message>
            <source>Copy the command</source>
            <translation>نسخ الأمر</translation>
        </message>
        <message>
            <source>Copy the command {command}</source>
            <translation>نسخ الأمر {command}</translation>
        </message>
        <message>
            <source>Copy the command: {title}</source>
            <translation>نسخ الأمر: {title}</translation>
        </message>
        <message>
            <source>Copy the exact bytes</source>
            <translation>نسخ البايتات كما هي</translation>
        </message>
        <message>
            <source>Copy the last answer</source>
            <translation>نسخ آخر إجابة</translation>
        </message>
        <message>
            <source>Copy the link's address</source>
            <translation>نسخ عنوان الرابط</translation>
        </message>
        <message>
            <source>Copy the new secret</source>
            <translation>نسخ السر الجديد</translation>
        </message>
        <message>
            <source>Copy the question</source>
            <translation>نسخ السؤال</translation>
        </message>
        <message>
            <source>Copy the result</source>
            <translation>نسخ النتيجة</translation>
        </message>
        <message>
            <source>Copy the suggested version</source>
            <translation>نسخ الصيغة المقترحة</translation>
        </message>
        <message>
            <source>Copy the table as CSV</source>
            <translation>نسخ الجدول بصيغة CSV</translation>
        </message>
        <message>
            <source>Copy the table as Markdown</source>
            <translation>نسخ الجدول بصيغة Markdown</translation>
        </message>
        <message>
            <source>Copy the table for a spreadsheet (Ctrl+C)</source>
            <translation>نسخ الجدول لجدول بيانات (Ctrl+C)</translation>
        </message>
        <message>
            <source>Copy the text in the picture (Ctrl+Shift+C)</source>
            <translation>نسخ النص الذي في الصورة (Ctrl+Shift+C)</translation>
        </message>
        <message>
            <source>Copy the text yourself, then choose Ask about the clipboard.</source>
            <translation>انسخ النص بنفسك، ثم اختر «اسأل عن الحافظة».</translation>
        </message>
        <message>
            <source>Copy the text yourself.</source>
            <translation>انسخ النص بنفسك.</translation>
        </message>
        <message>
            <source>Copy the translation</source>
            <translation>نسخ الترجمة</translation>
        </message>
        <message>
            <source>Copy the verdict</source>
            <translation>نسخ الحكم</translation>
        </message>
        <message>
            <source>Copy the versions, for a report</source>
            <translation>نسخ الإصدارات، للإبلاغ عن خلل</translation>
        </message>
        <message>
            <source>Copy the whole key and paste it again.</source>
            <translation>انسخ المفتاح كاملًا والصقه مجددًا.</translation>
        </message>
        <message>
            <source>Copy the whole key, without spaces, and paste it again.</source>
            <translation>انسخ المفتاح كاملًا بلا مسافات والصقه مجددًا.</translation>
        </message>
        <message>
            <source>Copy the {language} code</source>
            <translation>نسخ كود {language}</translation>
        </message>
        <message>
            <source>Copy there, then ask about the clipboard.</source>
            <translation>انسخ هناك، ثم اسأل عن الحافظة.</translation>
        </message>
        <message>
            <source>Copy these lines</source>
            <translation>نسخ هذه الأسطر</translation>
        </message>
        <message>
            <source>Copy translation</source>
            <translation>نسخ الترجمة</translation>
        </message>
        <message>
            <source>Copy verdict</source>
            <translation>نسخ الحكم</translation>
        </message>
        <message>
            <source>Copy what changed</source>
            <translation>نسخ ما تغيّر</translation>
        </message>
        <message>
            <source>Copy what is known about it</source>
            <translation>نسخ المعروف عنه</translation>
        </message>
        <message>
            <source>Copy with the terminal's own keys, then ask about the clipboard.</source>
            <translation>انسخ بمفاتيح الطرفية، ثم اسأل عن الحافظة.</translation>
        </message>
        <message>
            <source>Copying and checking…</source>
            <translation>يجري النسخ والفحص…</translation>
        </message>
        <message>
            <source>Correct cwd in the entry.</source>
            <translation>صحّح cwd في المدخل.</translation>
        </message>
        <message>
            <source>Correct it and look again.</source>
            <translation>صحّحه ثم ابحث مجددًا.</translation>
        </message>
        <message>
            <source>Correct it and try again.</source>
            <translation>صحّحه ثم حاول مجددًا.</translation>
        </message>
        <message>
            <source>Correct it in an editor; it is left as it is until then.</source>
            <translation>صحّحه في محرّر؛ ويُترك كما هو حتى ذلك الحين.</translation>
        </message>
        <message>
            <source>Correct it in the settings.</source>
            <translation>صحّحه في الإعدادات.</translation>
        </message>
        <message>
            <source>Correct its schema.</source>
            <translation>صحّح مخططه.</translation>
        </message>
        <message>
            <source>Correct or empty that setting.</source>
            <translation>صحّح ذلك الإعداد أو أفرغه.</translation>
        </message>
        <message>
            <source>Correct or remove SSL_CERT_FILE.</source>
            <translation>صحّح SSL_CERT_FILE أو أزله.</translation>
        </message>
        <message>
            <source>Correct that line; until then the defaults hold, and the file is left as it is.</source>
            <translation>صحّح ذلك السطر؛ وحتى ذلك الحين تسري القيم الافتراضية ويُترك الملف كما هو.</translation>
        </message>
        <message>
            <source>Correct the JSON schema: the job's, or the file after --schema.</source>
            <translation>صحّح مخطط JSON: مخطط المهمة، أو الملف بعد ‎--schema.</translation>
        </message>
        <message>
            <source>Correct the address of the webhook in the settings.</source>
            <translation>صحّح عنوان Webhook في الإعدادات.</translation>
        </message>
        <message>
            <source>Correct the entry in mcp.json.</source>
            <translation>صحّح المدخل في mcp.json.</translation>
        </message>
        <message>
            <source>Correct the file, or set the budget in Settings, Spending; kireji doctor says what is wrong.</source>
            <translation>صحّح الملف، أو عيّن الميزانية في الإعدادات، الإنفاق؛ ويبيّن ⁦kireji doctor⁩ موضع الخطأ.</translation>
        </message>
        <message>
            <source>Correct the file, or set them in Settings, Privacy; kireji doctor says what is wrong.</source>
            <translation>صحّح الملف، أو عيّنها في الإعدادات، الخصوصية؛ ويبيّن ⁦kireji doctor⁩ موضع الخطأ.</translation>
        </message>
        <message>
            <source>Correct the file.</source>
            <translation>صحّح الملف.</translation>
        </message>
        <message>
            <source>Correct the file; kireji policies check {name} shows all that is wrong.</source>
            <translation>صحّح الملف؛ ويعرض ⁦kireji policies check {name}⁩ كل الأخطاء.</translation>
        </message>
        <message>
            <source>Correct the path, or install the program.</source>
            <translation>صحّح المسار، أو ثبّت البرنامج.</translation>
        </message>
        <message>
            <source>Correct the path, or make the file executable.</source>
            <translation>صحّح المسار، أو اجعل الملف قابلًا للتنفيذ.</translation>
        </message>
        <message>
            <source>Correct them, or go on without them: --yes</source>
            <translation>صحّحها، أو تابع بدونها: ‎--yes</translation>
        </message>
        <message>
            <source>Cost</source>
            <translation>التكلفة</translation>
        </message>
        <message>
            <source>Cost, at most</source>
            <translation>التكلفة على الأكثر</translation>
        </message>
        <message>
            <source>Cost, expected</source>
            <translation>التكلفة المتوقعة</translation>
        </message>
        <message>
            <source>Count exactly</source>
            <translation>العدّ بدقة</translation>
        </message>
        <message>
            <source>Count of tokens</source>
            <translation>عدّ الرموز</translation>
        </message>
        <message numerus="yes">
            <source>Count them as failed</source>
            <extracomment>Count it as failed</extracomment>
            <translation>
                <numerusform>احتسابها مخفقة</numerusform>
                <numerusform>احتسابه مخفقًا</numerusform>
                <numerusform>احتسابهما مخفقين</numerusform>
                <numerusform>احتسابها مخفقة</numerusform>
                <numerusform>احتسابها مخفقة</numerusform>
                <numerusform>احتسابها مخفقة</numerusform>
            </translation>
        </message>
        <message>
            <source>Counted as failed: {rows}.</source>
            <translation>احتُسب مخفقًا: {rows}.</translation>
        </message>
        <message>
            <source>Counted by the service: {tokens}. Estimated: {estimate}.</source>
            <translation>عدّته الخدمة: {tokens}. التقدير: {estimate}.</translation>
        </message>
        <message>
            <source>Create it, or choose another place.</source>
            <translation>أنشئه، أو اختر مكانًا آخر.</translation>
        </message>
        <message>
            <source>Credit cards</source>
            <translation>بطاقات الائتمان</translation>
        </message>
        <message>
            <source>Ctrl + A</source>
            <translation>Ctrl + A</translation>
        </message>
        <message>
            <source>Ctrl + C, Ctrl + Shift + C</source>
            <translation>Ctrl + C, Ctrl + Shift + C</translation>
        </message>
        <message>
            <source>Ctrl + S, Ctrl + Shift + S</source>
            <translation>Ctrl + S, Ctrl + Shift + S</translation>
        </message>
        <message>
            <source>Ctrl + Tab</source>
            <translation>Ctrl + Tab</translation>
        </message>
        <message>
            <source>Ctrl + Z, Ctrl + Shift + Z</source>
            <translation>Ctrl + Z, Ctrl + Shift + Z</translation>
        </message>
        <message>
            <source>Ctrl + arrow keys</source>
            <translation>Ctrl + مفاتيح الأسهم</translation>
        </message>
        <message>
            <source>Ctrl or Alt + Home, End</source>
            <translation>Ctrl أو Alt + Home, End</translation>
        </message>
        <message>
            <source>Cut</source>
            <translation>قص</translation>
        </message>
        <message>
            <source>Cut one out by its place: --region.</source>
            <translation>اقتطع واحدة بموضعها: --region.</translation>
        </message>
        <message>
            <source>Cut out a piece of the screen and ask about it</source>
            <translation>اقتطع جزءًا من الشاشة واسأل عنه</translation>
        </message>
        <message>
            <source>Cut out a piece of the screen, ask, and read the answer as it streams.</source>
            <translation>اقتطع جزءًا من الشاشة، واسأل، واقرأ الإجابة وهي تُكتب.</translation>
        </message>
        <message>
            <source>Cut out a smaller region.</source>
            <translation>اقتطع منطقة أصغر.</translation>
        </message>
        <message>
            <source>Cut out the region in the desktop's own dialog, or give Kireji a picture file.</source>
            <translation>اقتطع المنطقة في مربع حوار سطح المكتب، أو أعطِ Kireji ملف صورة.</translation>
        </message>
        <message>
            <source>DE89 3704 0044 0532 0130 00</source>
            <translation>⁦DE89 3704 0044 0532 0130 00⁩</translation>
        </message>
        <message>
            <source>Dark</source>
            <translation>داكن</translation>
        </message>
        <message>
            <source>Data</source>
            <translation>البيانات</translation>
        </message>
        <message>
            <source>Date</source>
            <translation>تاريخ</translation>
        </message>
        <message>
            <source>Date and time</source>
            <translation>التاريخ والوقت</translation>
        </message>
        <message>
            <source>Decided</source>
            <translation>بُتّ فيه</translation>
        </message>
        <message>
            <source>Default</source>
            <translation>افتراضي</translation>
        </message>
        <message>
            <source>Default model</source>
            <translation>النموذج الافتراضي</translation>
        </message>
        <message>
            <source>Delete all contents that are kept? The ledger stays; its receipts then show what can still be proved.</source>
            <translation>حذف كل المحتويات المحفوظة؟ يبقى الدفتر؛ وتعرض إيصالاته عندئذ ما لا يزال إثباته ممكنًا.</translation>
        </message>
        <message>
            <source>Delete everything</source>
            <translation>حذف كل شيء</translation>
        </message>
        <message>
            <source>Delete everything…</source>
            <translation>حذف كل شيء…</translation>
        </message>
        <message>
            <source>Delete now</source>
            <translation>الحذف الآن</translation>
        </message>
        <message>
            <source>Delete the contents that are kept</source>
            <translation>حذف المحتويات المحفوظة</translation>
        </message>
        <message>
            <source>Delete them</source>
            <translation>حذفها</translation>
        </message>
        <message numerus="yes">
            <source>Delete {n} conversations</source>
            <extracomment>Delete</extracomment>
            <translation>
                <numerusform>حذف {n} محادثة</numerusform>
                <numerusform>حذف</numerusform>
                <numerusform>حذف محادثتين</numerusform>
                <numerusform>حذف {n} محادثات</numerusform>
                <numerusform>حذف {n} محادثة</numerusform>
                <numerusform>حذف {n} محادثة</numerusform>
            </translation>
        </message>
        <message>
            <source>Delete, in the list</source>
            <translation>حذف، في القائمة</translation>
        </message>
        <message numerus="yes">
            <source>Deleted {n} conversations</source>
            <extracomment>Deleted 1 conversation</extracomment>
            <translation>
                <numerusform>حُذفت {n} محادثة</numerusform>
                <numerusform>حُذفت محادثة واحدة</numerusform>
                <numerusform>حُذفت محادثتان</numerusform>
                <numerusform>حُذفت {n} محادثات</numerusform>
                <numerusform>حُذفت {n} محادثة</numerusform>
                <numerusform>حُذفت {n} محادثة</numerusform>
            </translation>
        </message>
        <message>
            <source>Deleted “{title}”</source>
            <translation>حُذفت «{title}»</translation>
        </message>
        <message>
            <source>Deny</source>
            <translation>رفض</translation>
        </message>
        <message>
            <source>Deny in this conversation</source>
            <translation>الرفض في هذه المحادثة</translation>
        </message>
        <message>
            <source>Deny it from now on</source>
            <translation>الرفض من الآن فصاعدًا</translation>
        </message>
        <message>
            <source>Desktop</source>
            <translation>سطح المكتب</translation>
        </message>
        <message>
            <source>Details</source>
            <translation>التفاصيل</translation>
        </message>
        <message>
            <source>Details at the side</source>
            <translation>التفاصيل في الجانب</translation>
        </message>
        <message>
            <source>Did you mean {name}?</source>
            <translation>هل تقصد {name}؟</translation>
        </message>
        <message>
            <source>Did you mean {other}?</source>
            <translation>هل تقصد {other}؟</translation>
        </message>
        <message>
            <source>Differs: the picture says “{words}”</source>
            <translation>مختلفة: في الصورة «{words}»</translation>
        </message>
        <message>
            <source>Disagreeing</source>
            <translation>المخالِفة للنموذج</translation>
        </message>
        <message>
            <source>Discard changes</source>
            <translation>تجاهل التغييرات</translation>
        </message>
        <message>
            <source>Do it yourself, or switch hiding off for this service in the settings.</source>
            <translation>افعل ذلك بنفسك، أو عطّل الإخفاء لهذه الخدمة في الإعدادات.</translation>
        </message>
        <message>
            <source>Do not install it. Download it again from {page}</source>
            <translation>لا تثبّته. نزّله مجددًا من ⁦{page}⁩</translation>
        </message>
        <message>
            <source>Do not restore</source>
            <translation>عدم الاستعادة</translation>
        </message>
        <message>
            <source>Do not say whose export it is, or say it right.</source>
            <translation>لا تذكر مصدر التصدير، أو اذكره صحيحًا.</translation>
        </message>
        <message>
            <source>Do not skip it</source>
            <translation>التراجع عن التخطي</translation>
        </message>
        <message>
            <source>Document</source>
            <translation>مستند</translation>
        </message>
        <message>
            <source>Documents</source>
            <translation>المستندات</translation>
        </message>
        <message>
            <source>Does not belong there</source>
            <translation>لا ينتمي إليها</translation>
        </message>
        <message>
            <source>Does not belong there: {example}</source>
            <translation>لا ينتمي إليها: {example}</translation>
        </message>
        <message>
            <source>Don't send</source>
            <translation>عدم الإرسال</translation>
        </message>
        <message>
            <source>Done</source>
            <translation>تم</translation>
        </message>
        <message>
            <source>Download it and put it in the place of this folder; your data lies elsewhere and stays.</source>
            <translation>نزّله وضعه مكان هذا المجلد؛ فبياناتك في مكان آخر وتبقى.</translation>
        </message>
        <message>
            <source>Download or copy the export again, then try once more.</source>
            <translation>نزّل التصدير أو انسخه مجددًا ثم أعد المحاولة.</translation>
        </message>
        <message>
            <source>Download the disk image, quit Kireji, and drag the new one over the old; your data stays.</source>
            <translation>نزّل صورة القرص، وأنهِ Kireji، ثم اسحب الجديد فوق القديم؛ تبقى بياناتك.</translation>
        </message>
        <message>
            <source>Download the installer, quit Kireji, and run it; your data stays.</source>
            <translation>نزّل المثبّت، وأنهِ Kireji، ثم شغّل المثبّت؛ تبقى بياناتك.</translation>
        </message>
        <message>
            <source>Download the new AppImage, make it executable, and use it in the place of this one.</source>
            <translation>نزّل ملف AppImage الجديد، واجعله قابلًا للتنفيذ، واستعمله مكان هذا.</translation>
        </message>
        <message>
            <source>Download the package, then in its folder: sudo apt install ./{name}</source>
            <translation>نزّل الحزمة، ثم نفّذ في مجلدها: ⁦sudo apt install ./{name}⁩</translation>
        </message>
        <message>
            <source>Drag over a part of the screen.</source>
            <translation>اسحب فوق جزء من الشاشة.</translation>
        </message>
        <message>
            <source>Drag to cut out</source>
            <translation>اسحب للاقتطاع</translation>
        </message>
        <message>
            <source>Drag: any region</source>
            <translation>اسحب: أي منطقة</translation>
        </message>
        <message>
            <source>Draw a box</source>
            <translation>رسم إطار</translation>
        </message>
        <message>
            <source>Draw an arrow</source>
            <translation>رسم سهم</translation>
        </message>
        <message>
            <source>Draw by hand</source>
            <translation>رسم حر</translation>
        </message>
        <message>
            <source>Draw on the picture</source>
            <translation>ارسم على الصورة</translation>
        </message>
        <message>
            <source>Draw with the mouse, or arrow keys and Space</source>
            <translation>ارسم بالفأرة أو بالأسهم والمسافة</translation>
        </message>
        <message>
            <source>Draw with the mouse, or with arrow keys and Space  (Esc: done)</source>
            <translation>ارسم بالفأرة أو بمفاتيح الأسهم والمسافة  (Esc: تم)</translation>
        </message>
        <message>
            <source>Drop a file or a folder here: lines of JSON, a table, or pictures.</source>
            <translation>أفلت هنا ملفًا أو مجلدًا: أسطر JSON، أو جدولًا، أو صورًا.</translation>
        </message>
        <message>
            <source>Drop to ask about it</source>
            <translation>أفلت للسؤال عنه</translation>
        </message>
        <message>
            <source>Drop to make a job of it</source>
            <translation>أفلت لإنشاء مهمة منه</translation>
        </message>
        <message>
            <source>Dropped picture</source>
            <translation>صورة مُفلتة</translation>
        </message>
        <message>
            <source>Duplicate</source>
            <translation>تكرار</translation>
        </message>
        <message>
            <source>Duplicate…</source>
            <translation>تكرار…</translation>
        </message>
        <message>
            <source>Each command is shown exactly as it would run, and you are asked every time. No permission lasts.</source>
            <translation>يُعرض كل أمر تمامًا كما سيُشغَّل، وتُسأل في كل مرة. لا يدوم أي إذن.</translation>
        </message>
        <message>
            <source>Each line is a JSON object with a prompt, params or a body; a table needs a prompt.</source>
            <translation>كل سطر كائن JSON فيه prompt أو params أو body؛ والجدول يحتاج إلى سؤال.</translation>
        </message>
        <message>
            <source>Each variable or header has a name without spaces. Remove the row if there is none.</source>
            <translation>لكل متغير أو ترويسة اسم بلا مسافات. أزل السطر إن لم يكن هناك اسم.</translation>
        </message>
        <message>
            <source>Earlier conversation</source>
            <translation>محادثة سابقة</translation>
        </message>
        <message>
            <source>Earlier conversations</source>
            <translation>محادثات سابقة</translation>
        </message>
        <message>
            <source>Earlier conversation…</source>
            <translation>محادثة سابقة…</translation>
        </message>
        <message>
            <source>Earlier questions</source>
            <translation>أسئلة سابقة</translation>
        </message>
        <message>
            <source>Earlier questions, in an empty field</source>
            <translation>أسئلة سابقة، في خانة فارغة</translation>
        </message>
        <message>
            <source>Edit</source>
            <translation>تعديل</translation>
        </message>
        <message>
            <source>Edit the last question</source>
            <translation>تعديل آخر سؤال</translation>
        </message>
        <message>
            <source>Edit the question and ask again</source>
            <translation>تعديل السؤال وطرحه مجددًا</translation>
        </message>
        <message>
            <source>Edit: {title}</source>
            <translation>تعديل: {title}</translation>
        </message>
        <message>
            <source>Editing an earlier question</source>
            <translation>يجري تعديل سؤال سابق</translation>
        </message>
        <message>
            <source>Effort</source>
            <translation>الجهد</translation>
        </message>
        <message>
            <source>End it, then delete again; nothing was deleted.</source>
            <translation>أنهِه ثم احذف مجددًا؛ لم يُحذف شيء.</translation>
        </message>
        <message>
            <source>End some programs and try again.</source>
            <translation>أنهِ بعض البرامج ثم حاول مجددًا.</translation>
        </message>
        <message>
            <source>End the search</source>
            <translation>إنهاء البحث</translation>
        </message>
        <message>
            <source>End what runs (a window, or a kireji command in a terminal), then start Kireji again.</source>
            <translation>أنهِ ما يعمل (نافذة، أو أمر kireji في طرفية)، ثم شغّل Kireji من جديد.</translation>
        </message>
        <message>
            <source>English</source>
            <translation>العربية</translation>
        </message>
        <message>
            <source>Enter</source>
            <translation>Enter</translation>
        </message>
        <message>
            <source>Enter an address, or choose another way above.</source>
            <translation>أدخل عنوانًا، أو اختر طريقًا آخر أعلاه.</translation>
        </message>
        <message>
            <source>Enter an http:// proxy in Settings, Network.</source>
            <translation>أدخل وكيل http://‎ في الإعدادات، الشبكة.</translation>
        </message>
        <message>
            <source>Enter it by hand.</source>
            <translation>أدرِجه يدويًا.</translation>
        </message>
        <message>
            <source>Enter one in Settings, Keys &amp; models, or with: kireji keys set local. Beside OPENAI_BASE_URL, set OPENAI_API_KEY.</source>
            <translation>أدخل واحدًا في الإعدادات، المفاتيح والنماذج، أو بالأمر: kireji keys set local. وإلى جانب OPENAI_BASE_URL عيّن OPENAI_API_KEY.</translation>
        </message>
        <message>
            <source>Enter the address that is to be told as jobs.webhook in the settings first.</source>
            <translation>أدخل أولًا العنوان الذي سيُبلَّغ في jobs.webhook في الإعدادات.</translation>
        </message>
        <message>
            <source>Enter the server's address in Settings, Keys &amp; models, first.</source>
            <translation>أدخل أولًا عنوان الخادم في الإعدادات، المفاتيح والنماذج.</translation>
        </message>
        <message>
            <source>Enter this secret where messages are received. It is shown only now; the keychain keeps it.</source>
            <translation>أدخل هذا السر حيث تُستقبل الرسائل. لا يُعرض إلا الآن؛ وتحفظه سلسلة المفاتيح.</translation>
        </message>
        <message>
            <source>Enter: done. Shift+Enter: new line.</source>
            <translation>Enter: تم. Shift+Enter: سطر جديد.</translation>
        </message>
        <message>
            <source>Enter: set it</source>
            <translation>Enter: تثبيتها</translation>
        </message>
        <message>
            <source>Enter: take it</source>
            <translation>Enter: اعتمادها</translation>
        </message>
        <message>
            <source>Enter: whole screen</source>
            <translation>Enter: الشاشة كلها</translation>
        </message>
        <message>
            <source>Entry read</source>
            <translation>قُرئ المدخل</translation>
        </message>
        <message>
            <source>Error</source>
            <translation>خطأ</translation>
        </message>
        <message>
            <source>Esc</source>
            <translation>Esc</translation>
        </message>
        <message>
            <source>Esc: close</source>
            <translation>Esc: إغلاق</translation>
        </message>
        <message>
            <source>Estimated</source>
            <translation>التقدير</translation>
        </message>
        <message>
            <source>Every answer ends at once: {rule} is found in any text.</source>
            <translation>تنتهي كل إجابة فورًا: {rule} موجود في أي نص.</translation>
        </message>
        <message>
            <source>Every answer follows a JSON schema; its properties become columns.</source>
            <translation>تتبع كل إجابة مخطط JSON؛ وتصير خصائصه أعمدة.</translation>
        </message>
        <message>
            <source>Every call of this tool for a week</source>
            <translation>كل استدعاء لهذه الأداة لمدة أسبوع</translation>
        </message>
        <message>
            <source>Every call of this tool in this conversation</source>
            <translation>كل استدعاء لهذه الأداة في هذه المحادثة</translation>
        </message>
        <message>
            <source>Every call of this tool until a date…</source>
            <translation>كل استدعاء لهذه الأداة حتى تاريخ…</translation>
        </message>
        <message>
            <source>Every call of this tool until tonight</source>
            <translation>كل استدعاء لهذه الأداة حتى نهاية اليوم</translation>
        </message>
        <message>
            <source>Every host is reached directly.</source>
            <translation>يُبلَغ كل مضيف مباشرة.</translation>
        </message>
        <message>
            <source>Every line of this job can be asked.</source>
            <translation>يمكن السؤال عن كل أسطر هذه المهمة.</translation>
        </message>
        <message>
            <source>Every row that has ended has a verdict.</source>
            <translation>لكل صف انتهى حكم.</translation>
        </message>
        <message>
            <source>Every text or picture gets a verdict; what waits for a person is reviewed afterwards.</source>
            <translation>يحصل كل نص أو صورة على حكم؛ وما ينتظر إنسانًا يُراجع بعد ذلك.</translation>
        </message>
        <message>
            <source>Everything</source>
            <translation>كل شيء</translation>
        </message>
        <message>
            <source>Everything else in it</source>
            <translation>كل ما عدا ذلك فيه</translation>
        </message>
        <message>
            <source>Everything that was said, with its pictures. Keys are never in an export or a backup.</source>
            <translation>كل ما قيل مع صوره. لا مفاتيح في تصدير أو نسخة احتياطية أبدًا.</translation>
        </message>
        <message>
            <source>Exactly the bytes, on this computer, so that a receipt can show them whatever becomes of the conversation. Keys are never among them.</source>
            <translation>البايتات نفسها، على هذا الحاسوب، ليعرضها الإيصال مهما صار إليه أمر المحادثة. لا مفاتيح بينها أبدًا.</translation>
        </message>
        <message>
            <source>Explain</source>
            <translation>اشرح</translation>
        </message>
        <message>
            <source>Explain the error that is shown, in this order: the line that tells, quoted; what went wrong; the most likely cause; the next step that would fix it, as an exact command or change where that is possible. If the picture does not show enough to be sure, say what else you need to see.</source>
            <translation>اشرح الخطأ المعروض بهذا الترتيب: السطر الدال مقتبسًا؛ ما الذي حدث؛ السبب الأرجح؛ الخطوة التالية التي تصلحه، كأمر أو تعديل دقيق إن أمكن. وإن لم تُظهر الصورة ما يكفي للتأكد فاذكر ما تحتاج إلى رؤيته أيضًا.</translation>
        </message>
        <message>
            <source>Explain this error</source>
            <translation>اشرح هذا الخطأ</translation>
        </message>
        <message>
            <source>Explain what is shown.</source>
            <translation>اشرح ما هو معروض.</translation>
        </message>
        <message>
            <source>Explain what is shown. Begin with one sentence that says what it is; then what matters about it. Say so where something is cut off or cannot be read.</source>
            <translation>اشرح ما هو معروض. ابدأ بجملة واحدة تقول ما هو، ثم ما المهم فيه. وحيث يكون شيء مقطوعًا أو غير مقروء فاذكر ذلك.</translation>
        </message>
        <message>
            <source>Export</source>
            <translation>التصدير</translation>
        </message>
        <message>
            <source>Export all conversations</source>
            <translation>تصدير كل المحادثات</translation>
        </message>
        <message>
            <source>Export all prompts into a file</source>
            <translation>تصدير كل الأسئلة السريعة إلى ملف</translation>
        </message>
        <message>
            <source>Export all…</source>
            <translation>تصدير الكل…</translation>
        </message>
        <message>
            <source>Export everything</source>
            <translation>تصدير كل شيء</translation>
        </message>
        <message>
            <source>Export everything first…</source>
            <translation>تصدير كل شيء أولًا…</translation>
        </message>
        <message>
            <source>Export everything to</source>
            <translation>تصدير كل شيء إلى</translation>
        </message>
        <message>
            <source>Export everything…</source>
            <translation>تصدير كل شيء…</translation>
        </message>
        <message>
            <source>Export prompts</source>
            <translation>تصدير الأسئلة السريعة</translation>
        </message>
        <message>
            <source>Export results…</source>
            <translation>تصدير النتائج…</translation>
        </message>
        <message>
            <source>Export the answers of “{name}”</source>
            <translation>تصدير إجابات «{name}»</translation>
        </message>
        <message>
            <source>Export the decisions (Ctrl+S)</source>
            <translation>تصدير القرارات (Ctrl+S)</translation>
        </message>
        <message>
            <source>Export the decisions about “{name}”</source>
            <translation>تصدير القرارات بشأن «{name}»</translation>
        </message>
        <message>
            <source>Export the policy</source>
            <translation>تصدير السياسة</translation>
        </message>
        <message>
            <source>Export the prompts again, or unpack it and import the files.</source>
            <translation>صدّر الأسئلة السريعة مجددًا، أو فك الأرشيف واستورد الملفات.</translation>
        </message>
        <message>
            <source>Export them again.</source>
            <translation>صدّرها مجددًا.</translation>
        </message>
        <message>
            <source>Export to</source>
            <translation>التصدير إلى</translation>
        </message>
        <message>
            <source>Export what failed of “{name}”</source>
            <translation>تصدير ما أخفق من «{name}»</translation>
        </message>
        <message numerus="yes">
            <source>Export {n} conversations</source>
            <extracomment>Export this conversation</extracomment>
            <translation>
                <numerusform>تصدير {n} محادثة</numerusform>
                <numerusform>تصدير هذه المحادثة</numerusform>
                <numerusform>تصدير محادثتين</numerusform>
                <numerusform>تصدير {n} محادثات</numerusform>
                <numerusform>تصدير {n} محادثة</numerusform>
                <numerusform>تصدير {n} محادثة</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Export {n} conversations…</source>
            <extracomment>Export…</extracomment>
            <translation>
                <numerusform>تصدير {n} محادثة…</numerusform>
                <numerusform>تصدير…</numerusform>
                <numerusform>تصدير محادثتين…</numerusform>
                <numerusform>تصدير {n} محادثات…</numerusform>
                <numerusform>تصدير {n} محادثة…</numerusform>
                <numerusform>تصدير {n} محادثة…</numerusform>
            </translation>
        </message>
        <message>
            <source>Export “{title}”</source>
            <translation>تصدير «{title}»</translation>
        </message>
        <message>
            <source>Exported to {path}.</source>
            <translation>صُدّر إلى ⁦{path}⁩.</translation>
        </message>
        <message>
            <source>Exported to {path}: {what}; {size}.</source>
            <translation>صُدّر إلى ⁦{path}⁩: {what}؛ {size}.</translation>
        </message>
        <message>
            <source>Exported {conversations} to {path}.</source>
            <translation>صُدّرت {conversations} إلى {path}.</translation>
        </message>
        <message>
            <source>Exported {rows} to {path}.</source>
            <translation>صُدّر إلى ⁦{path}⁩: {rows}.</translation>
        </message>
        <message>
            <source>Exporting…</source>
            <translation>يجري التصدير…</translation>
        </message>
        <message>
            <source>Exports of ChatGPT and Claude (the zip file they send, or its folder) and Kireji's own. What is there already is not added again, so a newer export can be imported later.</source>
            <translation>تصديرات ChatGPT وClaude (ملف zip الذي يرسلانه أو مجلده) وتصديرات Kireji. لا يُضاف الموجود مرة أخرى، فيمكن استيراد تصدير أحدث لاحقًا.</translation>
        </message>
        <message>
            <source>Export…</source>
            <translation>تصدير…</translation>
        </message>
        <message>
            <source>Extra certificates</source>
            <translation>شهادات إضافية</translation>
        </message>
        <message>
            <source>Extract text</source>
            <translation>استخراج النص</translation>
        </message>
        <message>
            <source>F1</source>
            <translation>F1</translation>
        </message>
        <message>
            <source>F1: all keys</source>
            <translation>F1: كل المفاتيح</translation>
        </message>
        <message>
            <source>F8 goes to the next one</source>
            <translation>F8 ينتقل إلى التالية</translation>
        </message>
        <message>
            <source>Failed</source>
            <translation>ما أخفق</translation>
        </message>
        <message>
            <source>Fetch a page</source>
            <translation>جلب صفحة</translation>
        </message>
        <message>
            <source>Fetch a web page</source>
            <translation>جلب صفحة ويب</translation>
        </message>
        <message>
            <source>Fetches a page, a text, a picture or a PDF from the web; nobody is signed in there.</source>
            <translation>تجلب صفحة أو نصًا أو صورة أو ملف PDF من الويب؛ دون تسجيل دخول أحد.</translation>
        </message>
        <message>
            <source>Field</source>
            <translation>الحقل</translation>
        </message>
        <message>
            <source>Fields</source>
            <translation>الحقول</translation>
        </message>
        <message>
            <source>File</source>
            <translation>ملف</translation>
        </message>
        <message>
            <source>Files</source>
            <translation>الملفات</translation>
        </message>
        <message>
            <source>Files may be read in these folders</source>
            <translation>تجوز قراءة الملفات في هذه المجلدات</translation>
        </message>
        <message>
            <source>Files or pictures…</source>
            <translation>ملفات أو صور…</translation>
        </message>
        <message>
            <source>Files with servers (*.json *.toml *.yaml *.yml)</source>
            <translation>ملفات فيها خوادم (*.json *.toml *.yaml *.yml)</translation>
        </message>
        <message>
            <source>Findings that are less than {number} % sure: {action}.</source>
            <translation>المآخذ التي ثقتها دون {number}%: {action}.</translation>
        </message>
        <message>
            <source>Finds files below a folder by their names or by the text in them.</source>
            <translation>تعثر على ملفات داخل مجلد وما تحته بأسمائها أو بالنص الذي فيها.</translation>
        </message>
        <message>
            <source>First picture of an animation</source>
            <translation>أول صورة من رسم متحرك</translation>
        </message>
        <message>
            <source>First that can work</source>
            <translation>أول من يستطيع</translation>
        </message>
        <message>
            <source>Fit</source>
            <translation>ملاءمة</translation>
        </message>
        <message>
            <source>Folder</source>
            <translation>المجلد</translation>
        </message>
        <message>
            <source>Folder of pictures</source>
            <translation>مجلد صور</translation>
        </message>
        <message>
            <source>Folder of pictures…</source>
            <translation>مجلد صور…</translation>
        </message>
        <message>
            <source>Folder or repository…</source>
            <translation>مجلد أو مستودع…</translation>
        </message>
        <message>
            <source>Follow up…</source>
            <translation>سؤال تابع…</translation>
        </message>
        <message>
            <source>Follow-up question</source>
            <translation>سؤال تابع</translation>
        </message>
        <message>
            <source>For</source>
            <translation>الغرض</translation>
        </message>
        <message>
            <source>For a report of a fault. No key, no content and no name of yours is in it.</source>
            <translation>للإبلاغ عن خلل. لا مفتاح فيها ولا محتوى ولا اسم لك.</translation>
        </message>
        <message>
            <source>For braces themselves write {open} and {close}.</source>
            <translation>لكتابة القوسين المعقوفين نفسيهما اكتب ‎{open}‎ و‎{close}‎.</translation>
        </message>
        <message>
            <source>For example: Answer in two sentences.</source>
            <translation>مثلًا: أجب في جملتين.</translation>
        </message>
        <message>
            <source>For example: Describe this picture in one sentence for people who cannot see it.</source>
            <translation>مثلًا: صف هذه الصورة في جملة واحدة لمن لا يستطيع رؤيتها.</translation>
        </message>
        <message>
            <source>For example: German</source>
            <translation>مثلًا: الألمانية</translation>
        </message>
        <message>
            <source>For example: Translate into English.</source>
            <translation>مثلًا: ترجم إلى الإنجليزية.</translation>
        </message>
        <message>
            <source>For example: Which product is this mail about? {column}</source>
            <translation>مثلًا: عن أي منتج تتحدث هذه الرسالة؟ ‎{column}‎</translation>
        </message>
        <message>
            <source>For example: {column}</source>
            <translation>مثلًا: ⁦{column}⁩</translation>
        </message>
        <message>
            <source>For how long</source>
            <translation>مدة الحفظ</translation>
        </message>
        <message>
            <source>For lines that bring none of their own; those that do keep theirs.</source>
            <translation>للأسطر التي لا سؤال فيها؛ أما التي فيها سؤال فتُبقيه.</translation>
        </message>
        <message>
            <source>For review</source>
            <translation>للمراجعة</translation>
        </message>
        <message>
            <source>For the host {host}, until you take it back</source>
            <translation>للمضيف ⁦{host}⁩، حتى تتراجع عنه</translation>
        </message>
        <message>
            <source>Forward</source>
            <translation>تقدّم</translation>
        </message>
        <message>
            <source>Found</source>
            <translation>المرصود</translation>
        </message>
        <message>
            <source>Free software under the MIT licence.</source>
            <translation>برمجية حرة برخصة MIT.</translation>
        </message>
        <message>
            <source>Free some space and try again; what was saved before is still there.</source>
            <translation>أفرغ بعض المساحة وحاول مجددًا؛ ما حُفظ سابقًا ما زال موجودًا.</translation>
        </message>
        <message>
            <source>Free some space.</source>
            <translation>أفرغ بعض المساحة.</translation>
        </message>
        <message>
            <source>Free {size} MB of the disk.</source>
            <translation>أخلِ {size} م.ب من القرص.</translation>
        </message>
        <message>
            <source>From a file…</source>
            <translation>من ملف…</translation>
        </message>
        <message>
            <source>From cache</source>
            <translation>من الذاكرة المؤقتة</translation>
        </message>
        <message>
            <source>From folders, pages and conversations at most</source>
            <translation>الحد الأقصى من المجلدات والصفحات والمحادثات</translation>
        </message>
        <message>
            <source>From the cache</source>
            <translation type="vanished">قُرئ من الذاكرة المؤقتة</translation>
        </message>
        <message>
            <source>Frozen screen</source>
            <translation>شاشة مجمّدة</translation>
        </message>
        <message>
            <source>General</source>
            <translation>عام</translation>
        </message>
        <message>
            <source>Give Kireji a picture.</source>
            <translation>أعطِ Kireji صورة.</translation>
        </message>
        <message>
            <source>Give a name that ends with .zip, or one without an ending for a folder.</source>
            <translation>أعطِ اسمًا ينتهي بـ .zip، أو اسمًا بلا امتداد لمجلد.</translation>
        </message>
        <message>
            <source>Give a smaller one.</source>
            <translation>أعطِ أصغر منه.</translation>
        </message>
        <message>
            <source>Give a text or a picture.</source>
            <translation>أعطِ نصًا أو صورة.</translation>
        </message>
        <message>
            <source>Give each column a name of its own.</source>
            <translation>أعطِ كل عمود اسمًا خاصًّا به.</translation>
        </message>
        <message>
            <source>Give it a name that ends with .zip.</source>
            <translation>أعطه اسمًا ينتهي بـ ⁦.zip⁩.</translation>
        </message>
        <message>
            <source>Give it a name, such as git.</source>
            <translation>أعطه اسمًا، مثل git.</translation>
        </message>
        <message>
            <source>Give it a name.</source>
            <translation>أعطها اسمًا.</translation>
        </message>
        <message>
            <source>Give it a title.</source>
            <translation>أعطها عنوانًا.</translation>
        </message>
        <message>
            <source>Give it one of these: {endings}.</source>
            <translation>أعطه واحدًا من هذه: ⁦{endings}⁩.</translation>
        </message>
        <message>
            <source>Give one picture or several.</source>
            <translation>أعطِ صورة أو أكثر.</translation>
        </message>
        <message>
            <source>Give one with "type": "object" and its "properties".</source>
            <translation>أعطِ واحدًا فيه ⁦"type": "object"⁩ و⁦"properties"⁩.</translation>
        </message>
        <message>
            <source>Give one with "type": "object".</source>
            <translation>أعطِ واحدًا فيه ⁦"type": "object"⁩.</translation>
        </message>
        <message>
            <source>Give one with {options}.</source>
            <translation>أعطِ واحدًا بـ {options}.</translation>
        </message>
        <message>
            <source>Give some words, or a picture.</source>
            <translation>أعطِ كلمات أو صورة.</translation>
        </message>
        <message>
            <source>Gives a comparison</source>
            <translation>يعطي مقارنة</translation>
        </message>
        <message>
            <source>Gives a table</source>
            <translation>يعطي جدولًا</translation>
        </message>
        <message>
            <source>Gives a translation in place</source>
            <translation>يعطي ترجمة في الموضع</translation>
        </message>
        <message>
            <source>Gives a verdict</source>
            <translation>يعطي حكمًا</translation>
        </message>
        <message>
            <source>Gives fields</source>
            <translation>يعطي حقولًا</translation>
        </message>
        <message>
            <source>Global shortcuts are not supported on this system yet.</source>
            <translation>الاختصارات العامة غير مدعومة على هذا النظام بعد.</translation>
        </message>
        <message>
            <source>Go on in the main window</source>
            <translation>المتابعة في النافذة الرئيسية</translation>
        </message>
        <message>
            <source>Go on without a key</source>
            <translation>المتابعة بلا مفتاح</translation>
        </message>
        <message>
            <source>Gravest first</source>
            <translation>الأشد أولًا</translation>
        </message>
        <message>
            <source>Green</source>
            <translation>أخضر</translation>
        </message>
        <message>
            <source>H</source>
            <translation>H</translation>
        </message>
        <message>
            <source>Half price through the batch service</source>
            <translation>نصف السعر عبر خدمة الدفعات</translation>
        </message>
        <message>
            <source>Hardly any finding is that sure: nearly all go to a person.</source>
            <translation>نادرًا ما يكون مأخذ بهذه الثقة: فكلها تقريبًا تُحال إلى إنسان.</translation>
        </message>
        <message>
            <source>Have {name} summarise the message that is left out?</source>
            <translation>هل يلخّص {name} الرسالة المتروكة؟</translation>
        </message>
        <message>
            <source>Have {name} summarise the {count} messages that are left out?</source>
            <translation>هل يلخّص {name} الرسائل المتروكة ({count})؟</translation>
        </message>
        <message>
            <source>Headers, besides the key</source>
            <translation>الترويسات، عدا المفتاح</translation>
        </message>
        <message>
            <source>Help</source>
            <translation>المساعدة</translation>
        </message>
        <message>
            <source>Help about this page</source>
            <translation type="vanished">مساعدة حول هذه الصفحة</translation>
        </message>
        <message>
            <source>Help about this page (F1)</source>
            <translation>مساعدة حول هذه الصفحة (F1)</translation>
        </message>
        <message>
            <source>Hidden for you</source>
            <translation>أُخفي لأجلك</translation>
        </message>
        <message>
            <source>Hidden from the service: {what}.</source>
            <translation>أُخفي عن الخدمة: {what}.</translation>
        </message>
        <message>
            <source>Hidden in what is sent. Click a box to send it; H goes through them</source>
            <translation>مخفي عند الإرسال. انقر مستطيلًا لإرساله؛ وH ينتقل بينها</translation>
        </message>
        <message>
            <source>Hide before sending</source>
            <translation>الإخفاء قبل الإرسال</translation>
        </message>
        <message>
            <source>Hide details</source>
            <translation>إخفاء التفاصيل</translation>
        </message>
        <message>
            <source>Hide the text</source>
            <translation>إخفاء النص</translation>
        </message>
        <message>
            <source>Hide these too</source>
            <translation>إخفاء هذه أيضًا</translation>
        </message>
        <message>
            <source>Hide this from {name}?</source>
            <translation>إخفاء هذا عن {name}؟</translation>
        </message>
        <message>
            <source>High</source>
            <translation>عالٍ</translation>
        </message>
        <message>
            <source>History</source>
            <translation>السجل</translation>
        </message>
        <message>
            <source>Home, End</source>
            <translation>Home, End</translation>
        </message>
        <message>
            <source>Home, End: next edge</source>
            <translation>Home, End: الحافة التالية</translation>
        </message>
        <message>
            <source>Host whose pages may be fetched</source>
            <translation>مضيف يجوز جلب صفحاته</translation>
        </message>
        <message>
            <source>Hosts without proxy</source>
            <translation>مضيفون بلا وكيل</translation>
        </message>
        <message>
            <source>House rules</source>
            <translation>قواعد المكان</translation>
        </message>
        <message>
            <source>How far the check is</source>
            <translation>تقدم التحقق</translation>
        </message>
        <message>
            <source>How it is rewritten</source>
            <translation>كيف تُعاد الصياغة</translation>
        </message>
        <message>
            <source>How jobs run</source>
            <translation>كيف تعمل المهام</translation>
        </message>
        <message>
            <source>How many of the last captures</source>
            <translation>عدد اللقطات الأخيرة</translation>
        </message>
        <message>
            <source>If a company network is in between, name its certificate file in the setting network.ca_file or in SSL_CERT_FILE.</source>
            <translation>إن كانت بينهما شبكة شركة فسمّ ملف شهاداتها في الإعداد network.ca_file أو في SSL_CERT_FILE.</translation>
        </message>
        <message>
            <source>Images</source>
            <translation>الصور</translation>
        </message>
        <message>
            <source>Import</source>
            <translation>الاستيراد</translation>
        </message>
        <message>
            <source>Import JSONL / CSV / folder…</source>
            <translation>استيراد JSONL / CSV / مجلد…</translation>
        </message>
        <message>
            <source>Import a file</source>
            <translation>استيراد ملف</translation>
        </message>
        <message>
            <source>Import a folder</source>
            <translation>استيراد مجلد</translation>
        </message>
        <message>
            <source>Import a policy</source>
            <translation>استيراد سياسة</translation>
        </message>
        <message>
            <source>Import a policy from a file</source>
            <translation>استيراد سياسة من ملف</translation>
        </message>
        <message>
            <source>Import a smaller export.</source>
            <translation>استورد تصديرًا أصغر.</translation>
        </message>
        <message>
            <source>Import nothing</source>
            <translation>عدم استيراد شيء</translation>
        </message>
        <message>
            <source>Import prompts</source>
            <translation>استيراد أسئلة سريعة</translation>
        </message>
        <message>
            <source>Import prompts from a file</source>
            <translation>استيراد أسئلة سريعة من ملف</translation>
        </message>
        <message>
            <source>Import servers</source>
            <translation>استيراد خوادم</translation>
        </message>
        <message>
            <source>Import servers from other programs</source>
            <translation>استيراد خوادم من برامج أخرى</translation>
        </message>
        <message>
            <source>Import the chosen servers</source>
            <translation>استيراد الخوادم المختارة</translation>
        </message>
        <message>
            <source>Import the prompts</source>
            <translation>استيراد الأسئلة السريعة</translation>
        </message>
        <message numerus="yes">
            <source>Import {n} servers</source>
            <extracomment>Import 1 server</extracomment>
            <translation>
                <numerusform>استيراد {n} خادم</numerusform>
                <numerusform>استيراد خادم واحد</numerusform>
                <numerusform>استيراد خادمين</numerusform>
                <numerusform>استيراد {n} خوادم</numerusform>
                <numerusform>استيراد {n} خادمًا</numerusform>
                <numerusform>استيراد {n} خادم</numerusform>
            </translation>
        </message>
        <message>
            <source>Import…</source>
            <translation>استيراد…</translation>
        </message>
        <message>
            <source>In a terminal Ctrl+C interrupts what runs, so nothing was copied.</source>
            <translation>يقطع Ctrl+C في الطرفية ما يعمل، لذا لم يُنسخ شيء.</translation>
        </message>
        <message>
            <source>In all</source>
            <translation>الإجمالي</translation>
        </message>
        <message>
            <source>In answers</source>
            <translation>في الإجابات</translation>
        </message>
        <message>
            <source>In conclusion</source>
            <translation>ختامًا</translation>
        </message>
        <message>
            <source>In force: none; the system names no proxy.</source>
            <translation>الساري: لا شيء؛ النظام لا يسمّي وكيلًا.</translation>
        </message>
        <message>
            <source>In force: {address}, from the system.</source>
            <translation>الساري: {address}، من النظام.</translation>
        </message>
        <message>
            <source>In force: {address}.</source>
            <translation>الساري: {address}.</translation>
        </message>
        <message>
            <source>In it</source>
            <translation>فيه</translation>
        </message>
        <message>
            <source>In the folder {folder}, until you take it back</source>
            <translation>في المجلد ⁦{folder}⁩، حتى تتراجع عنه</translation>
        </message>
        <message>
            <source>In the tray menu</source>
            <translation>في قائمة الشريط</translation>
        </message>
        <message>
            <source>In window</source>
            <translation>في النافذة</translation>
        </message>
        <message>
            <source>Insert</source>
            <translation>Insert</translation>
        </message>
        <message>
            <source>Insert an example</source>
            <translation>إدراج مثال</translation>
        </message>
        <message>
            <source>Insert the column “{column}”</source>
            <translation>إدراج العمود «{column}»</translation>
        </message>
        <message>
            <source>Install Kireji again.</source>
            <translation>ثبّت Kireji من جديد.</translation>
        </message>
        <message>
            <source>Install it in a folder with a shorter name.</source>
            <translation>ثبّته في مجلد اسمه أقصر.</translation>
        </message>
        <message>
            <source>Install it, or give its whole path.</source>
            <translation>ثبّته، أو أعطِ مساره كاملًا.</translation>
        </message>
        <message>
            <source>Install libxcb1, or: </source>
            <translation>ثبّت libxcb1، أو: </translation>
        </message>
        <message>
            <source>Install libxcb1.</source>
            <translation>ثبّت libxcb1.</translation>
        </message>
        <message>
            <source>Install the part of xdg-desktop-portal that is made for your desktop.</source>
            <translation>ثبّت الجزء المخصص لسطح مكتبك من xdg-desktop-portal.</translation>
        </message>
        <message>
            <source>Install xdg-desktop-portal and the part of it for your desktop.</source>
            <translation>ثبّت xdg-desktop-portal والجزء المخصص لسطح مكتبك.</translation>
        </message>
        <message>
            <source>Installed as</source>
            <translation>نوع التثبيت</translation>
        </message>
        <message>
            <source>Instructions</source>
            <translation>التعليمات</translation>
        </message>
        <message>
            <source>Instructions for new conversations</source>
            <translation>تعليمات للمحادثات الجديدة</translation>
        </message>
        <message>
            <source>Instructions: {words}</source>
            <translation>التعليمات: {words}</translation>
        </message>
        <message>
            <source>Instructions: {words}. Change them</source>
            <translation>التعليمات: {words}. تغييرها</translation>
        </message>
        <message>
            <source>Into: {language}</source>
            <translation>إلى: {language}</translation>
        </message>
        <message>
            <source>It cannot be made again from the conversation.</source>
            <translation>لا يمكن إعادة تكوينه من المحادثة.</translation>
        </message>
        <message>
            <source>It cannot be read.</source>
            <translation>تعذرت قراءته.</translation>
        </message>
        <message>
            <source>It cannot be read: {reason}.</source>
            <translation>تعذرت قراءته: {reason}.</translation>
        </message>
        <message>
            <source>It cannot be saved. {problem}</source>
            <translation>تعذر الحفظ. {problem}</translation>
        </message>
        <message>
            <source>It cannot be saved: {reason}.</source>
            <translation>تعذر الحفظ: {reason}.</translation>
        </message>
        <message>
            <source>It cannot be used at present.</source>
            <translation>لا يمكن استعماله حاليًا.</translation>
        </message>
        <message>
            <source>It cannot be used yet.</source>
            <translation>لا يمكن استعماله بعد.</translation>
        </message>
        <message>
            <source>It cannot go on by itself.</source>
            <translation>لا تستطيع المتابعة من تلقاء نفسها.</translation>
        </message>
        <message>
            <source>It closed the connection.</source>
            <translation>أغلق الاتصال.</translation>
        </message>
        <message>
            <source>It comes from {fixed}.</source>
            <translation>يأتي من {fixed}.</translation>
        </message>
        <message>
            <source>It comes from {variable}: change it there. While that is set, no stored key is used.</source>
            <translation>يأتي من {variable}: غيّره هناك. ما دام معيّنًا فلا يُستعمل مفتاح محفوظ.</translation>
        </message>
        <message>
            <source>It could pass a budget.</source>
            <translation>قد تتجاوز ميزانية.</translation>
        </message>
        <message>
            <source>It did not answer within {seconds} seconds.</source>
            <translation>لم يُجب خلال {seconds} ثانية.</translation>
        </message>
        <message>
            <source>It does not speak the protocol: on its standard output it wrote “{line}”.</source>
            <translation>لا يتحدث البروتوكول: كتب على خرجه القياسي «{line}».</translation>
        </message>
        <message>
            <source>It ended by itself with code {code}.</source>
            <translation>انتهى من تلقاء نفسه بالرمز {code}.</translation>
        </message>
        <message>
            <source>It failed with</source>
            <translation>أخفق بـ</translation>
        </message>
        <message>
            <source>It floods its standard output with what is not the protocol.</source>
            <translation>يُغرق خرجه القياسي بما ليس من البروتوكول.</translation>
        </message>
        <message>
            <source>It goes on with: kireji batch resume {id}</source>
            <translation>تتابع بالأمر: kireji batch resume {id}</translation>
        </message>
        <message>
            <source>It had no body: what left was its address.</source>
            <translation>لم يكن له محتوى: ما غادر هو عنوانه.</translation>
        </message>
        <message>
            <source>It has no identifier, or no messages.</source>
            <translation>بلا معرّف أو بلا رسائل.</translation>
        </message>
        <message>
            <source>It has {size}; the service takes {most} at most.</source>
            <translation>حجمه {size}؛ وتقبل الخدمة {most} على الأكثر.</translation>
        </message>
        <message>
            <source>It has: none.</source>
            <translation>فيه: لا شيء.</translation>
        </message>
        <message>
            <source>It has: {names}.</source>
            <translation>فيه: {names}.</translation>
        </message>
        <message>
            <source>It holds no conversations and was left out.</source>
            <translation>لا محادثات فيه وتُرك.</translation>
        </message>
        <message>
            <source>It holds signs that cannot be written.</source>
            <translation>فيه علامات لا يمكن كتابتها.</translation>
        </message>
        <message>
            <source>It is</source>
            <translation>نوعه</translation>
        </message>
        <message>
            <source>It is asked again when the picture changes. Stop it in the tray, under Jobs.</source>
            <translation>يُعاد السؤال كلما تغيّرت الصورة. يمكن إيقافه من شريط النظام، تحت المهام.</translation>
        </message>
        <message>
            <source>It is being asked.</source>
            <translation>يُسأل عنه الآن.</translation>
        </message>
        <message>
            <source>It is damaged ({why}).</source>
            <translation>تالف ({why}).</translation>
        </message>
        <message>
            <source>It is filled with</source>
            <translation>يُملأ بـ</translation>
        </message>
        <message>
            <source>It is judged by the text as it stands here, saved or not, and is not kept in the history.</source>
            <translation>يُحكم عليه وفق النص كما هو هنا، محفوظًا كان أو لا، ولا يُحفظ في السجل.</translation>
        </message>
        <message>
            <source>It is kept in your system keychain.</source>
            <translation>يُحفظ في سلسلة مفاتيح النظام.</translation>
        </message>
        <message>
            <source>It is kept until Kireji ends.</source>
            <translation>يُحتفظ به حتى ينتهي Kireji.</translation>
        </message>
        <message>
            <source>It is larger than {most} MB.</source>
            <translation>أكبر من {most} م.ب.</translation>
        </message>
        <message>
            <source>It is nested too deeply.</source>
            <translation>متداخلة أكثر من اللازم.</translation>
        </message>
        <message>
            <source>It is no JSON.</source>
            <translation>ليس JSON.</translation>
        </message>
        <message>
            <source>It is no longer in the history.</source>
            <translation>لم تعد في السجل.</translation>
        </message>
        <message>
            <source>It is no valid JSON ({why}).</source>
            <translation>ليس JSON صالحًا ({why}).</translation>
        </message>
        <message>
            <source>It is not a file.</source>
            <translation>ليس ملفًا.</translation>
        </message>
        <message>
            <source>It is not as this version writes it ({why}).</source>
            <translation>ليس كما يكتبه هذا الإصدار ({why}).</translation>
        </message>
        <message>
            <source>It is not known whether this model can see.</source>
            <translation>لا يُعرف هل يستطيع هذا النموذج الرؤية.</translation>
        </message>
        <message>
            <source>It is offered under “Quick prompts”.</source>
            <translation>يُعرض تحت «أسئلة سريعة».</translation>
        </message>
        <message>
            <source>It is on its way; answers come when its batch has ended.</source>
            <translation>هو في الطريق؛ تأتي الإجابات حين تنتهي دفعته.</translation>
        </message>
        <message>
            <source>It is started with: kireji batch run {id}</source>
            <translation>تبدأ بالأمر: kireji batch run {id}</translation>
        </message>
        <message>
            <source>It is still being called back; kireji batch cancel{number} waits for it.</source>
            <translation>ما زالت قيد السحب؛ وينتظرها kireji batch cancel{number}.</translation>
        </message>
        <message>
            <source>It is switched off, so nothing is known of its tools. Its menu switches it on.</source>
            <translation>هو معطّل، لذا لا يُعرف شيء عن أدواته. يمكن تفعيله من قائمته.</translation>
        </message>
        <message>
            <source>It is then kept in your system keychain.</source>
            <translation>ثم يُحفظ في سلسلة مفاتيح النظام.</translation>
        </message>
        <message>
            <source>It is told again later.</source>
            <translation>يُبلَّغ مجددًا لاحقًا.</translation>
        </message>
        <message>
            <source>It is too large to be passed on.</source>
            <translation>حجمه أكبر من أن يُمرَّر.</translation>
        </message>
        <message>
            <source>It is too large to be shown; write it to a file with: kireji receipt {id} -o FILE</source>
            <translation>أكبر من أن يُعرض؛ اكتبه في ملف بالأمر: kireji receipt {id} -o FILE</translation>
        </message>
        <message>
            <source>It is too long for the field</source>
            <translation>أطول مما تتسع له الخانة</translation>
        </message>
        <message>
            <source>It is with the service; answers come when its batch has ended.</source>
            <translation type="vanished">هو لدى الخدمة؛ وتصل الإجابات عند انتهاء دفعته.</translation>
        </message>
        <message>
            <source>It keeps them for 29 days; ask again what has no answer.</source>
            <translation>يحتفظ بها 29 يومًا؛ أعد السؤال عما لا إجابة له.</translation>
        </message>
        <message>
            <source>It keeps them for 30 days; ask again what has no answer.</source>
            <translation>يحتفظ بها 30 يومًا؛ أعد السؤال عما لا إجابة له.</translation>
        </message>
        <message>
            <source>It may have been asked again meanwhile.</source>
            <translation>ربما سُئل عنه مجددًا في الأثناء.</translation>
        </message>
        <message>
            <source>It may have been removed meanwhile.</source>
            <translation>ربما أُزيلت في الأثناء.</translation>
        </message>
        <message>
            <source>It only computes, or reads where you have allowed that; nothing is asked.</source>
            <translation>تحسب فقط، أو تقرأ حيث سمحتَ بذلك؛ ولا تُسأل.</translation>
        </message>
        <message numerus="yes">
            <source>It reads about {tokens} tokens in {n} requests</source>
            <extracomment>It reads about {tokens} tokens in one request</extracomment>
            <translation>
                <numerusform>يقرأ نحو {tokens} من الرموز في {n} طلب</numerusform>
                <numerusform>يقرأ نحو {tokens} من الرموز في طلب واحد</numerusform>
                <numerusform>يقرأ نحو {tokens} من الرموز في طلبين</numerusform>
                <numerusform>يقرأ نحو {tokens} من الرموز في {n} طلبات</numerusform>
                <numerusform>يقرأ نحو {tokens} من الرموز في {n} طلبًا</numerusform>
                <numerusform>يقرأ نحو {tokens} من الرموز في {n} طلب</numerusform>
            </translation>
        </message>
        <message>
            <source>It runs on another computer, to which Ollama passes everything on.</source>
            <translation>يعمل على حاسوب آخر يمرّر إليه Ollama كل شيء.</translation>
        </message>
        <message>
            <source>It says {action}, but the policy says {other} for the level {level}.</source>
            <translation>يقول {action}، لكن السياسة تقول {other} للدرجة {level}.</translation>
        </message>
        <message>
            <source>It sent a message of more than {size} MB.</source>
            <translation>أرسل رسالة أكبر من {size} MB.</translation>
        </message>
        <message>
            <source>It stands in the place of the one of this name from Kireji, which can be restored.</source>
            <translation>يحل محل الذي بهذا الاسم من Kireji، ويمكن استعادة ذاك.</translation>
        </message>
        <message>
            <source>It takes either "category" or "categories", which is [] where nothing is to be found.</source>
            <translation>يقبل إما ⁦"category"⁩ أو ⁦"categories"⁩، وقيمته ⁦[]⁩ حيث لا شيء يُنتظر العثور عليه.</translation>
        </message>
        <message>
            <source>It takes too long to look through it; choose a smaller folder.</source>
            <translation>يستغرق فحصه وقتًا أطول من اللازم؛ اختر مجلدًا أصغر.</translation>
        </message>
        <message>
            <source>It waits for you to start it.</source>
            <translation>تنتظر أن تبدأها.</translation>
        </message>
        <message>
            <source>It waits still, or shares the answer of another row; kireji batch review lists the others.</source>
            <translation>ما زال ينتظر، أو يشارك صفًا آخر إجابته؛ ويسرد ⁦kireji batch review⁩ بقية الصفوف.</translation>
        </message>
        <message>
            <source>It was called back before it was answered.</source>
            <translation>سُحب قبل الإجابة عنه.</translation>
        </message>
        <message>
            <source>It was called back before it was answered. Retry asks it again.</source>
            <translation>سُحب قبل الإجابة عنه. تسأل إعادة المحاولة عنه مجددًا.</translation>
        </message>
        <message>
            <source>It was ended by signal {number}.</source>
            <translation>أُنهي بالإشارة {number}.</translation>
        </message>
        <message>
            <source>It was not answered in time. Retry asks it again.</source>
            <translation>لم يُجَب عنه في الوقت. تسأل إعادة المحاولة عنه مجددًا.</translation>
        </message>
        <message>
            <source>It was not answered yet.</source>
            <translation>لم يُجَب عنه بعد.</translation>
        </message>
        <message>
            <source>It was not asked about: {reason}</source>
            <translation>لم يُسأل عنها: {reason}</translation>
        </message>
        <message>
            <source>It was not sent yet.</source>
            <translation>لم يُرسل بعد.</translation>
        </message>
        <message>
            <source>It was sent, and no answer came; the job's page says what can be done.</source>
            <translation>أُرسل ولم تصل إجابة؛ وفي صفحة المهمة ما يمكن فعله.</translation>
        </message>
        <message>
            <source>It was sent, and nobody knows what became of it.</source>
            <translation>أُرسل، ومصيره غير معروف.</translation>
        </message>
        <message>
            <source>It was stopped before.</source>
            <translation>أُوقف قبل ذلك.</translation>
        </message>
        <message>
            <source>It was stopped.</source>
            <translation>أُوقف.</translation>
        </message>
        <message>
            <source>It was stopped. Press Judge to begin anew.</source>
            <translation>أُوقف. اضغط «احكم» للبدء من جديد.</translation>
        </message>
        <message>
            <source>It works.</source>
            <translation>يعمل.</translation>
        </message>
        <message>
            <source>It works. The keys arrived.</source>
            <translation>يعمل. وصلت المفاتيح.</translation>
        </message>
        <message>
            <source>Its address begins with https:// or, on this computer, http://.</source>
            <translation>يبدأ عنوانه بـ https://‎ أو، على هذا الحاسوب، بـ http://‎.</translation>
        </message>
        <message>
            <source>Its categories are: {names}.</source>
            <translation>فئاتها: {names}.</translation>
        </message>
        <message>
            <source>Its columns are: {columns}.</source>
            <translation>أعمدته: {columns}.</translation>
        </message>
        <message>
            <source>Its conversation was deleted, or the question in it.</source>
            <translation>حُذفت محادثته أو السؤال فيها.</translation>
        </message>
        <message>
            <source>Its job may have been removed.</source>
            <translation>ربما أُزيلت مهمتها.</translation>
        </message>
        <message>
            <source>Its key, if it wants one</source>
            <translation>مفتاحه، إن كان يطلب واحدًا</translation>
        </message>
        <message>
            <source>Its metadata names no licence.</source>
            <translation>لا تذكر بياناته الوصفية أي رخصة.</translation>
        </message>
        <message>
            <source>Its name is not written in UTF-8.</source>
            <translation>اسمه ليس مكتوبًا بترميز UTF-8.</translation>
        </message>
        <message>
            <source>Its name may only have small letters, digits and hyphens between them.</source>
            <translation>لا يجوز في اسمه إلا أحرف لاتينية صغيرة وأرقام وبينها شرطات.</translation>
        </message>
        <message>
            <source>Its page says why.</source>
            <translation>في صفحته السبب.</translation>
        </message>
        <message numerus="yes">
            <source>Its rows and {n} answers go, and cannot be brought back. The file that it was made from stays.</source>
            <extracomment>Its rows and 1 answer go, and cannot be brought back. The file that it was made from stays.</extracomment>
            <translation>
                <numerusform>تُحذف صفوفها و{n} إجابة، ولا يمكن استرجاعها. ويبقى الملف الذي أُنشئت منه.</numerusform>
                <numerusform>تُحذف صفوفها وإجابة واحدة، ولا يمكن استرجاعها. ويبقى الملف الذي أُنشئت منه.</numerusform>
                <numerusform>تُحذف صفوفها وإجابتان، ولا يمكن استرجاعها. ويبقى الملف الذي أُنشئت منه.</numerusform>
                <numerusform>تُحذف صفوفها و{n} إجابات، ولا يمكن استرجاعها. ويبقى الملف الذي أُنشئت منه.</numerusform>
                <numerusform>تُحذف صفوفها و{n} إجابة، ولا يمكن استرجاعها. ويبقى الملف الذي أُنشئت منه.</numerusform>
                <numerusform>تُحذف صفوفها و{n} إجابة، ولا يمكن استرجاعها. ويبقى الملف الذي أُنشئت منه.</numerusform>
            </translation>
        </message>
        <message>
            <source>Its rows are read. Shall the job stay in the list, to be started later?</source>
            <translation>قُرئت صفوفها. هل تبقى المهمة في القائمة لتبدأ لاحقًا؟</translation>
        </message>
        <message>
            <source>Its rows go. The file that it was made from stays.</source>
            <translation>تُحذف صفوفها. ويبقى الملف الذي أُنشئت منه.</translation>
        </message>
        <message>
            <source>Its rows that were called back wait again with: kireji batch retry {id}</source>
            <translation>تعود صفوفها التي سُحبت إلى الانتظار بالأمر: kireji batch retry {id}</translation>
        </message>
        <message>
            <source>Its tools are not known yet: it starts when they are first wanted. Reload it to see them now.</source>
            <translation>أدواته غير معروفة بعد: فهو يبدأ عند أول حاجة إليها. أعد تحميله لتراها الآن.</translation>
        </message>
        <message>
            <source>Its tools are not known yet: it starts when they are first wanted. Test it to see them now.</source>
            <translation>أدواته غير معروفة بعد: فهو يبدأ عند أول حاجة إليها. اختبره لتراها الآن.</translation>
        </message>
        <message>
            <source>Its words go along with the question, as far as there is room.</source>
            <translation>يُرسل نصها مع السؤال بقدر ما يتسع المكان.</translation>
        </message>
        <message>
            <source>JPEG picture (*.jpg *.jpeg)</source>
            <translation>صورة JPEG (*.jpg *.jpeg)</translation>
        </message>
        <message>
            <source>JSON (*.json)</source>
            <translation>JSON (*.json)</translation>
        </message>
        <message>
            <source>JSON schema</source>
            <translation>مخطط JSON</translation>
        </message>
        <message>
            <source>JSON schema of what is wanted; empty has it proposed from the picture.</source>
            <translation>مخطط JSON للمطلوب؛ وإن تُرك فارغًا اقتُرح من الصورة.</translation>
        </message>
        <message>
            <source>JSON with places and doubts (*.json)</source>
            <translation>JSON مع المواضع والشكوك (*.json)</translation>
        </message>
        <message>
            <source>JSONL or CSV file…</source>
            <translation>ملف JSONL أو CSV…</translation>
        </message>
        <message>
            <source>Job</source>
            <translation>المهمة</translation>
        </message>
        <message>
            <source>Job cancelled</source>
            <translation>أُلغيت المهمة</translation>
        </message>
        <message>
            <source>Job finished</source>
            <translation>انتهت المهمة</translation>
        </message>
        <message>
            <source>Job {id}</source>
            <translation>المهمة {id}</translation>
        </message>
        <message>
            <source>Job {job} has rows with the service.</source>
            <translation>للمهمة {job} صفوف لدى الخدمة.</translation>
        </message>
        <message>
            <source>Job {job} is {state} now.</source>
            <translation>حالة المهمة {job} الآن: {state}.</translation>
        </message>
        <message>
            <source>Jobs</source>
            <translation>المهام</translation>
        </message>
        <message numerus="yes">
            <source>Jobs ({n} running)</source>
            <extracomment>Jobs (1 running)</extracomment>
            <translation>
                <numerusform>المهام ({n})</numerusform>
                <numerusform>المهام (واحدة جارية)</numerusform>
                <numerusform>المهام (اثنتان جاريتان)</numerusform>
                <numerusform>المهام ({n} جارية)</numerusform>
                <numerusform>المهام ({n} جارية)</numerusform>
                <numerusform>المهام ({n} جارية)</numerusform>
            </translation>
        </message>
        <message>
            <source>Jobs and their answers</source>
            <translation>المهام وإجاباتها</translation>
        </message>
        <message>
            <source>Jobs that judge are made with a policy: kireji batch add FILE --policy NAME</source>
            <translation>تُنشأ المهام التي تحكم بسياسة: ⁦kireji batch add FILE --policy NAME⁩</translation>
        </message>
        <message>
            <source>Jobs, {words}</source>
            <translation>المهام، {words}</translation>
        </message>
        <message>
            <source>Jobs: {done} of {total}</source>
            <translation>المهام: {done} من {total}</translation>
        </message>
        <message>
            <source>Judge</source>
            <translation>احكم</translation>
        </message>
        <message>
            <source>Judge it by this policy</source>
            <translation>الحكم عليه وفق هذه السياسة</translation>
        </message>
        <message>
            <source>Judge it in pieces.</source>
            <translation>احكم عليه مجزّأً.</translation>
        </message>
        <message>
            <source>Judge nothing</source>
            <translation>عدم الحكم على شيء</translation>
        </message>
        <message>
            <source>Judge them in several steps.</source>
            <translation>احكم عليها على عدة خطوات.</translation>
        </message>
        <message>
            <source>Judge this by the policy “{title}” (version {version}).</source>
            <translation>احكم على هذا وفق السياسة «{title}» (الإصدار {version}).</translation>
        </message>
        <message>
            <source>Judge this example: {text}</source>
            <translation>الحكم على هذا المثال: {text}</translation>
        </message>
        <message>
            <source>Judge {id} by itself</source>
            <translation>الحكم على {id} وحده</translation>
        </message>
        <message numerus="yes">
            <source>Judge {n} items</source>
            <extracomment>Judge 1 item</extracomment>
            <translation>
                <numerusform>الحكم على {n} عنصر</numerusform>
                <numerusform>الحكم على عنصر واحد</numerusform>
                <numerusform>الحكم على عنصرين</numerusform>
                <numerusform>الحكم على {n} عناصر</numerusform>
                <numerusform>الحكم على {n} عنصرًا</numerusform>
                <numerusform>الحكم على {n} عنصر</numerusform>
            </translation>
        </message>
        <message>
            <source>Judged by</source>
            <translation>السياسة</translation>
        </message>
        <message>
            <source>Judged text</source>
            <translation>النص المحكوم عليه</translation>
        </message>
        <message>
            <source>Judges what is written and attached</source>
            <translation>يحكم على المكتوب والمرفق</translation>
        </message>
        <message>
            <source>Judging</source>
            <translation>يجري الحكم</translation>
        </message>
        <message>
            <source>Judging by “{title}”, version {version}, as it is written…</source>
            <translation>يجري الحكم وفق «{title}»، الإصدار {version}، كما هي مكتوبة…</translation>
        </message>
        <message>
            <source>Judging…</source>
            <translation>يجري الحكم…</translation>
        </message>
        <message>
            <source>Kappa</source>
            <translation>كابا</translation>
        </message>
        <message>
            <source>Keep a region first (Insert), and choose another; then compare them.</source>
            <translation>أبقِ على منطقة أولًا (Insert) واختر أخرى؛ ثم قارنهما.</translation>
        </message>
        <message>
            <source>Keep backups in the data folder</source>
            <translation>حفظ النسخ الاحتياطية في مجلد البيانات</translation>
        </message>
        <message>
            <source>Keep both</source>
            <translation>الإبقاء على كليهما</translation>
        </message>
        <message>
            <source>Keep everything</source>
            <translation>الإبقاء على كل شيء</translation>
        </message>
        <message>
            <source>Keep it</source>
            <translation>الإبقاء عليه</translation>
        </message>
        <message>
            <source>Keep it in the list</source>
            <translation>إبقاؤها في القائمة</translation>
        </message>
        <message>
            <source>Keep it untested</source>
            <translation>حفظ دون اختبار</translation>
        </message>
        <message>
            <source>Keep mine</source>
            <translation>الإبقاء على ما لدي</translation>
        </message>
        <message>
            <source>Keep the contents of what is sent</source>
            <translation>حفظ محتويات ما يُرسل</translation>
        </message>
        <message>
            <source>Keep the secrets in the file</source>
            <translation>إبقاء الأسرار في الملف</translation>
        </message>
        <message>
            <source>Keep the settings and the list of servers</source>
            <translation>الإبقاء على الإعدادات وقائمة الخوادم</translation>
        </message>
        <message>
            <source>Keep the value secret</source>
            <translation>إبقاء القيمة سرية</translation>
        </message>
        <message>
            <source>Keep them</source>
            <translation>الإبقاء عليها</translation>
        </message>
        <message>
            <source>Keep this line elsewhere</source>
            <translation>احفظ هذا السطر في مكان آخر</translation>
        </message>
        <message>
            <source>Keep this region and choose another one</source>
            <translation>الإبقاء على هذه المنطقة واختيار أخرى</translation>
        </message>
        <message>
            <source>Kept as a note in the text: {kinds}</source>
            <translation>أُبقي كملاحظة في النص: {kinds}</translation>
        </message>
        <message>
            <source>Key</source>
            <translation>مفتاح</translation>
        </message>
        <message>
            <source>Keyboard</source>
            <translation>لوحة المفاتيح</translation>
        </message>
        <message>
            <source>Keys</source>
            <translation>المفاتيح</translation>
        </message>
        <message>
            <source>Keys &amp; models</source>
            <translation>المفاتيح والنماذج</translation>
        </message>
        <message>
            <source>Keys and passwords are kept here; add it as a file of its own if it must go along.</source>
            <translation>تُحفظ هنا مفاتيح وكلمات سر؛ أضفه ملفًا مستقلًا إن لزم إرساله.</translation>
        </message>
        <message>
            <source>Keys and tokens of services</source>
            <translation>مفاتيح الخدمات ورموزها</translation>
        </message>
        <message>
            <source>Keys are kept in your system keychain{where}, never in a file.</source>
            <translation>تُحفظ المفاتيح في سلسلة مفاتيح النظام{where}، ولا تُحفظ في ملف أبدًا.</translation>
        </message>
        <message>
            <source>Keys cannot be sent to other programs here.</source>
            <translation>لا يمكن إرسال مفاتيح إلى برامج أخرى هنا.</translation>
        </message>
        <message>
            <source>Keys for “{title}”: {keys}</source>
            <translation>مفاتيح «{title}»: {keys}</translation>
        </message>
        <message>
            <source>Keys in it stay; delete them there.</source>
            <translation>تبقى المفاتيح التي فيها؛ احذفها هناك.</translation>
        </message>
        <message>
            <source>Keys that ask it</source>
            <translation>المفاتيح التي تطرحه</translation>
        </message>
        <message>
            <source>Keys: {keys}</source>
            <translation>المفاتيح: {keys}</translation>
        </message>
        <message>
            <source>Kind: {kind}</source>
            <translation>النوع: {kind}</translation>
        </message>
        <message>
            <source>Kireji cannot enter itself into this system's start.</source>
            <translation>لا يستطيع Kireji إدراج نفسه في بدء تشغيل هذا النظام.</translation>
        </message>
        <message>
            <source>Kireji cannot start</source>
            <translation>يتعذر تشغيل Kireji</translation>
        </message>
        <message>
            <source>Kireji ended before this answer was complete.</source>
            <translation>انتهى Kireji قبل اكتمال هذه الإجابة.</translation>
        </message>
        <message>
            <source>Kireji ended before this was asked:</source>
            <translation>انتهى Kireji قبل طرح هذا:</translation>
        </message>
        <message>
            <source>Kireji has what it needs. You can close this page.</source>
            <translation>حصل Kireji على ما يحتاجه. يمكنك إغلاق هذه الصفحة.</translation>
        </message>
        <message>
            <source>Kireji is deleting everything.</source>
            <translation>يحذف Kireji الآن كل شيء.</translation>
        </message>
        <message>
            <source>Kireji lies in a folder whose name is too long for Windows to start it from.</source>
            <translation>يقع Kireji في مجلد اسمه أطول من أن يشغّله Windows منه.</translation>
        </message>
        <message>
            <source>Kireji may be closed meanwhile: nothing is lost, and nothing is paid twice.</source>
            <translation>يمكن إغلاق Kireji في هذه الأثناء: لا يضيع شيء، ولا يُدفع ثمن شيء مرتين.</translation>
        </message>
        <message>
            <source>Kireji presses the copy keys in the program in front, reads the text and puts your clipboard back as it was. Never in terminals, where these keys stop programs.</source>
            <translation>يضغط Kireji مفتاحي النسخ في البرنامج الأمامي، ويقرأ النص، ويعيد الحافظة كما كانت. ليس في الطرفيات أبدًا، حيث توقف هذه المفاتيح البرامج.</translation>
        </message>
        <message>
            <source>Kireji runs from a place that is gone after this run.</source>
            <translation>يعمل Kireji من مكان يزول بعد هذا التشغيل.</translation>
        </message>
        <message>
            <source>Kireji runs in a sandbox, which cannot enter itself into the session's start.</source>
            <translation>يعمل Kireji في بيئة معزولة لا تستطيع إدراج نفسها في بدء الجلسة.</translation>
        </message>
        <message>
            <source>Kireji uses Qt {version} under the LGPL 3. Its libraries are files of their own, which you may replace by your own build of them: quit Kireji, put your files in the place of those of the same names, and start it again.</source>
            <translation>يستعمل Kireji مكتبة Qt {version} برخصة LGPL 3. مكتباتها ملفات مستقلة، يجوز لك أن تحلّ محلها نسخة منها بنيتها بنفسك: أنهِ Kireji، وضع ملفاتك مكان الملفات التي تحمل الأسماء نفسها، ثم شغّله من جديد.</translation>
        </message>
        <message>
            <source>Kireji waits for you</source>
            <translation>Kireji ينتظرك</translation>
        </message>
        <message>
            <source>Kireji was started meanwhile, so nothing was deleted.</source>
            <translation>شُغّل Kireji في الأثناء، لذا لم يُحذف شيء.</translation>
        </message>
        <message>
            <source>Kireji {version}</source>
            <translation>Kireji {version}</translation>
        </message>
        <message>
            <source>Kireji {version} is there</source>
            <translation>يتوفر Kireji {version}</translation>
        </message>
        <message>
            <source>Kireji's own form</source>
            <translation>صيغة Kireji الخاصة</translation>
        </message>
        <message>
            <source>Kireji: capture and ask</source>
            <translation>Kireji: التقط واسأل</translation>
        </message>
        <message>
            <source>Kireji: capturing soon</source>
            <translation>Kireji: الالتقاط بعد قليل</translation>
        </message>
        <message>
            <source>Kireji: choose what to ask about</source>
            <translation>Kireji: اختر ما تسأل عنه</translation>
        </message>
        <message>
            <source>Labelled</source>
            <translation>الموسوم</translation>
        </message>
        <message>
            <source>Labelled set</source>
            <translation>المجموعة الموسومة</translation>
        </message>
        <message>
            <source>Labelled set, to check policies with (*.labels.jsonl)</source>
            <translation>مجموعة موسومة لفحص السياسات (*.labels.jsonl)</translation>
        </message>
        <message>
            <source>Labelled sets (*.jsonl)</source>
            <translation>مجموعات موسومة (*.jsonl)</translation>
        </message>
        <message>
            <source>Language</source>
            <translation>اللغة</translation>
        </message>
        <message>
            <source>Language of the translation</source>
            <translation>لغة الترجمة</translation>
        </message>
        <message>
            <source>Larger</source>
            <translation>تكبير</translation>
        </message>
        <message>
            <source>Last 30 days</source>
            <translation>آخر 30 يومًا</translation>
        </message>
        <message>
            <source>Last 7 days</source>
            <translation>آخر 7 أيام</translation>
        </message>
        <message>
            <source>Last asked on {date}.</source>
            <translation>آخر سؤال في {date}.</translation>
        </message>
        <message>
            <source>Last backup {when}, checked, {size}.</source>
            <translation>آخر نسخة احتياطية {when}، فُحصت، {size}.</translation>
        </message>
        <message>
            <source>Least certain first</source>
            <translation>الأقل يقينًا أولًا</translation>
        </message>
        <message>
            <source>Leave it out</source>
            <translation>تركه</translation>
        </message>
        <message>
            <source>Leave out</source>
            <translation>استبعاد</translation>
        </message>
        <message>
            <source>Leave out or shorten the largest part, or choose a model that reads more; nothing was sent.</source>
            <translation>اترك الجزء الأكبر أو قصّره، أو اختر نموذجًا يقرأ أكثر؛ ولم يُرسل شيء.</translation>
        </message>
        <message>
            <source>Leave the earlier question as it was</source>
            <translation>ترك السؤال السابق كما كان</translation>
        </message>
        <message>
            <source>Leave this prompt</source>
            <translation>الخروج من هذا السؤال</translation>
        </message>
        <message>
            <source>Left out by the model</source>
            <translation>تركها النموذج</translation>
        </message>
        <message>
            <source>Left this computer</source>
            <translation>غادر هذا الحاسوب</translation>
        </message>
        <message>
            <source>Less</source>
            <translation>أقل</translation>
        </message>
        <message>
            <source>Let a picture go along instead.</source>
            <translation>أرفق صورة بدلًا من ذلك.</translation>
        </message>
        <message>
            <source>Let it go along</source>
            <translation>إرساله مع السؤال</translation>
        </message>
        <message>
            <source>Let it run</source>
            <translation>تركها تعمل</translation>
        </message>
        <message>
            <source>Let the settings say who answers</source>
            <translation>ترك الإعدادات تحدّد من يجيب</translation>
        </message>
        <message>
            <source>Licence</source>
            <translation>الرخصة</translation>
        </message>
        <message>
            <source>Licence of {name}</source>
            <translation>رخصة {name}</translation>
        </message>
        <message>
            <source>Licences</source>
            <translation>الرخص</translation>
        </message>
        <message>
            <source>Light</source>
            <translation>فاتح</translation>
        </message>
        <message>
            <source>Line</source>
            <translation>السطر</translation>
        </message>
        <message>
            <source>Line {line} (and {count} more): {why}</source>
            <translation>السطر {line} (و{count} غيره): {why}</translation>
        </message>
        <message>
            <source>Line {line} has the id of line {first}.</source>
            <translation>معرّف السطر {line} هو معرّف السطر {first} نفسه.</translation>
        </message>
        <message>
            <source>Line {line} · {kind}: {reason}</source>
            <translation>السطر {line} · {kind}: {reason}</translation>
        </message>
        <message>
            <source>Line {line}: {place} is no variable yet, so it is asked as it stands.</source>
            <translation>السطر {line}: ليس ⁦{place}⁩ متغيّرًا بعد، فيُسأل كما هو.</translation>
        </message>
        <message>
            <source>Line {line}: {sentence}</source>
            <translation>السطر {line}: {sentence}</translation>
        </message>
        <message>
            <source>Line {line}: {why}</source>
            <translation>السطر {line}: {why}</translation>
        </message>
        <message>
            <source>Lines for {url} are not known here, only for /v1/chat/completions.</source>
            <translation>الأسطر الموجهة إلى ‎{url} غير معروفة هنا، بل إلى ‎/v1/chat/completions فقط.</translation>
        </message>
        <message>
            <source>Lines of JSON</source>
            <translation>أسطر JSON‏</translation>
        </message>
        <message>
            <source>Lines of JSON (*.jsonl)</source>
            <translation>أسطر JSON (*.jsonl)</translation>
        </message>
        <message>
            <source>Lines that cannot be used</source>
            <translation>الأسطر التي لا تصلح</translation>
        </message>
        <message>
            <source>Lines, tables and pictures ({endings})</source>
            <translation>أسطر وجداول وصور ({endings})</translation>
        </message>
        <message>
            <source>List a folder</source>
            <translation>سرد محتوى مجلد</translation>
        </message>
        <message>
            <source>List of models</source>
            <translation>قائمة النماذج</translation>
        </message>
        <message>
            <source>List them with: kireji history list</source>
            <translation>اسردها بالأمر: kireji history list</translation>
        </message>
        <message>
            <source>List them with: kireji policies list</source>
            <translation>اسردها بالأمر: ⁦kireji policies list⁩</translation>
        </message>
        <message>
            <source>List them with: kireji tools list</source>
            <translation>اسردها بالأمر: kireji tools list</translation>
        </message>
        <message>
            <source>List them with: {command}</source>
            <translation>اسردها بالأمر: {command}</translation>
        </message>
        <message>
            <source>Lists what is in a folder: names, sizes and times.</source>
            <translation>تسرد ما في مجلد: الأسماء والأحجام والأوقات.</translation>
        </message>
        <message>
            <source>Loading…</source>
            <translation>يجري التحميل…</translation>
        </message>
        <message>
            <source>Local server</source>
            <translation>خادم محلي</translation>
        </message>
        <message>
            <source>Log in with an X11 session, or give Kireji a picture file.</source>
            <translation>سجّل الدخول بجلسة X11، أو أعطِ Kireji ملف صورة.</translation>
        </message>
        <message>
            <source>Log out and in again.</source>
            <translation>سجّل الخروج ثم الدخول.</translation>
        </message>
        <message>
            <source>Logs</source>
            <translation>السجلات التقنية</translation>
        </message>
        <message>
            <source>Longest answer</source>
            <translation>أطول إجابة</translation>
        </message>
        <message>
            <source>Longest answer, thinking included</source>
            <translation>أطول إجابة، بما فيها التفكير</translation>
        </message>
        <message>
            <source>Look again</source>
            <translation>البحث مرة أخرى</translation>
        </message>
        <message>
            <source>Look again in a minute.</source>
            <translation>انظر مجددًا بعد دقيقة.</translation>
        </message>
        <message>
            <source>Look at it again: another may have changed it.</source>
            <translation>انظر إليها مجددًا: ربما غيّرها غيرك.</translation>
        </message>
        <message>
            <source>Look at it again; what was decided there stands.</source>
            <translation>انظر إليه مجددًا؛ ما بُتّ فيه هناك قائم.</translation>
        </message>
        <message>
            <source>Look at the clock</source>
            <translation>النظر إلى الساعة</translation>
        </message>
        <message>
            <source>Look at the download page.</source>
            <translation>انظر في صفحة التنزيل.</translation>
        </message>
        <message>
            <source>Look for a local server</source>
            <translation>البحث عن خادم محلي</translation>
        </message>
        <message>
            <source>Look for a newer version</source>
            <translation>البحث عن إصدار أحدث</translation>
        </message>
        <message>
            <source>Look for a newer version once a day</source>
            <translation>البحث عن إصدار أحدث مرة في اليوم</translation>
        </message>
        <message>
            <source>Look for plugins again</source>
            <translation>البحث عن الملحقات مرة أخرى</translation>
        </message>
        <message>
            <source>Look for servers on this computer</source>
            <translation>البحث عن خوادم على هذا الحاسوب</translation>
        </message>
        <message>
            <source>Look into the system's privacy settings.</source>
            <translation>انظر في إعدادات الخصوصية للنظام.</translation>
        </message>
        <message>
            <source>Look where you got it, or set updates.address and updates.keys in the settings.</source>
            <translation>انظر حيث حصلت عليها، أو عيّن ⁦updates.address⁩ و⁦updates.keys⁩ في الإعدادات.</translation>
        </message>
        <message>
            <source>Looked through by words only, not by pictures: {names}.</source>
            <translation>فُحصت الكلمات فقط دون الصور: {names}.</translation>
        </message>
        <message>
            <source>Looking for duplicates…</source>
            <translation>يجري البحث عن المكرر…</translation>
        </message>
        <message>
            <source>Looking for other programs' servers…</source>
            <translation>يجري البحث عن خوادم البرامج الأخرى…</translation>
        </message>
        <message>
            <source>Looking through the picture before it leaves…  Esc cancels</source>
            <translation>تُفحص الصورة قبل أن تغادر…  Esc للإلغاء</translation>
        </message>
        <message>
            <source>Looking through the picture…</source>
            <translation>تُفحص الصورة…</translation>
        </message>
        <message>
            <source>Looking what there is…</source>
            <translation>يجري جرد الموجود…</translation>
        </message>
        <message>
            <source>Looking where it stands on the picture…</source>
            <translation>يجري البحث عن موضعه في الصورة…</translation>
        </message>
        <message>
            <source>Low</source>
            <translation>منخفض</translation>
        </message>
        <message>
            <source>Low: quick and cheap</source>
            <translation>منخفض: سريع ورخيص</translation>
        </message>
        <message>
            <source>Lucide icons</source>
            <translation type="vanished">أيقونات Lucide</translation>
        </message>
        <message>
            <source>MCP servers</source>
            <translation>خوادم MCP</translation>
        </message>
        <message>
            <source>Mail address</source>
            <translation>عنوان بريد</translation>
        </message>
        <message>
            <source>Mail addresses</source>
            <translation>عناوين البريد</translation>
        </message>
        <message>
            <source>Make a job of them: kireji batch add FOLDER --schema FILE</source>
            <translation>أنشئ منها مهمة: ⁦kireji batch add FOLDER --schema FILE⁩</translation>
        </message>
        <message>
            <source>Make a new one with: kireji keys new webhook</source>
            <translation>أنشئ واحدًا جديدًا بالأمر: kireji keys new webhook</translation>
        </message>
        <message>
            <source>Make a new secret</source>
            <translation>إنشاء سر جديد</translation>
        </message>
        <message>
            <source>Make a secret</source>
            <translation>إنشاء سر</translation>
        </message>
        <message>
            <source>Make default for {name}</source>
            <translation>جعله الافتراضي لدى {name}</translation>
        </message>
        <message>
            <source>Make one with: kireji keys new webhook</source>
            <translation>أنشئ واحدًا بالأمر: kireji keys new webhook</translation>
        </message>
        <message>
            <source>Make the folder, or name another one.</source>
            <translation>أنشئ المجلد، أو سمّ غيره.</translation>
        </message>
        <message>
            <source>Make the job anew from its source.</source>
            <translation>أنشئ المهمة من جديد من مصدرها.</translation>
        </message>
        <message>
            <source>Make the job anew.</source>
            <translation>أنشئ المهمة من جديد.</translation>
        </message>
        <message>
            <source>Make the job anew: its rows then go one by one, at full price.</source>
            <translation>أنشئ المهمة من جديد: تُرسل صفوفها عندئذ واحدًا واحدًا، بالسعر الكامل.</translation>
        </message>
        <message>
            <source>Make {folder} writable.</source>
            <translation>اجعل {folder} قابلًا للكتابة.</translation>
        </message>
        <message>
            <source>Make {name} a variable</source>
            <translation>جعل {name} متغيّرًا</translation>
        </message>
        <message>
            <source>Make {parent} writable, or add Kireji in the desktop's settings.</source>
            <translation>اجعل {parent} قابلًا للكتابة، أو أضف Kireji في إعدادات سطح المكتب.</translation>
        </message>
        <message>
            <source>Markdown</source>
            <translation>Markdown</translation>
        </message>
        <message>
            <source>Markdown (*.md)</source>
            <translation>Markdown (*.md)</translation>
        </message>
        <message>
            <source>Marks</source>
            <translation>العلامات</translation>
        </message>
        <message>
            <source>Masked</source>
            <translation>المحجوب</translation>
        </message>
        <message>
            <source>Masked: {count}.</source>
            <translation>المحجوب: {count}.</translation>
        </message>
        <message>
            <source>Max</source>
            <translation>الأقصى</translation>
        </message>
        <message>
            <source>Medium</source>
            <translation>متوسط</translation>
        </message>
        <message>
            <source>Messages 2 to {last} did not go along: they no longer fit.</source>
            <translation>لم تُرسل معه الرسائل من 2 إلى {last}: لم يعد لها متسع.</translation>
        </message>
        <message>
            <source>Model</source>
            <translation>النموذج</translation>
        </message>
        <message>
            <source>Model: {name}. Choose another</source>
            <translation>النموذج: {name}. اختيار نموذج آخر</translation>
        </message>
        <message>
            <source>Models</source>
            <translation>النماذج</translation>
        </message>
        <message>
            <source>Models cannot read this kind of file; save it as a PDF.</source>
            <translation>لا تستطيع النماذج قراءة هذا النوع من الملفات؛ احفظه بصيغة PDF.</translation>
        </message>
        <message>
            <source>Models cannot read {program} files.</source>
            <translation>لا تستطيع النماذج قراءة ملفات {program}.</translation>
        </message>
        <message>
            <source>Models may run commands</source>
            <translation>يجوز للنماذج تشغيل أوامر</translation>
        </message>
        <message>
            <source>Models may use tools</source>
            <translation>يجوز للنماذج استعمال الأدوات</translation>
        </message>
        <message>
            <source>More</source>
            <translation>المزيد</translation>
        </message>
        <message>
            <source>More about this conversation</source>
            <translation>المزيد عن هذه المحادثة</translation>
        </message>
        <message>
            <source>More about {name}</source>
            <translation>المزيد عن {name}</translation>
        </message>
        <message>
            <source>More quick prompts</source>
            <translation>مزيد من الأسئلة السريعة</translation>
        </message>
        <message>
            <source>More than {n} places found.</source>
            <translation>عُثر على أكثر من {n} موضع.</translation>
        </message>
        <message>
            <source>More to do with the picture</source>
            <translation>المزيد مما يمكن فعله بالصورة</translation>
        </message>
        <message>
            <source>More ways to deny</source>
            <translation>طرق أخرى للرفض</translation>
        </message>
        <message>
            <source>More: {title}</source>
            <translation>المزيد: {title}</translation>
        </message>
        <message>
            <source>More…</source>
            <translation>المزيد…</translation>
        </message>
        <message>
            <source>Most: slow and dear</source>
            <translation>الأقصى: بطيء ومكلف</translation>
        </message>
        <message>
            <source>Move Kireji into the Applications folder and start it from there.</source>
            <translation>انقل Kireji إلى مجلد التطبيقات وشغّله من هناك.</translation>
        </message>
        <message>
            <source>Move by a pixel; with Shift by ten</source>
            <translation>تحريك بمقدار بكسل؛ ومع Shift بعشرة</translation>
        </message>
        <message>
            <source>Move down: {title}</source>
            <translation>نقل إلى أسفل: {title}</translation>
        </message>
        <message>
            <source>Move it away, or choose another folder with KIREJI_HOME; it was left as it is.</source>
            <translation>انقلها، أو اختر مجلدًا آخر بـ KIREJI_HOME؛ تُركت كما هي.</translation>
        </message>
        <message>
            <source>Move it away.</source>
            <translation>انقله من هناك.</translation>
        </message>
        <message>
            <source>Move that file away, or choose another folder with KIREJI_HOME.</source>
            <translation>انقل ذلك الملف، أو اختر مجلدًا آخر بـ KIREJI_HOME.</translation>
        </message>
        <message>
            <source>Move the left and the top edge</source>
            <translation>تحريك الحافة اليسرى والعليا</translation>
        </message>
        <message>
            <source>Move the pointer over one.</source>
            <translation>حرّك المؤشر فوق واحدة.</translation>
        </message>
        <message>
            <source>Move the right and the bottom edge</source>
            <translation>تحريك الحافة اليمنى والسفلى</translation>
        </message>
        <message>
            <source>Move up: {title}</source>
            <translation>نقل إلى أعلى: {title}</translation>
        </message>
        <message numerus="yes">
            <source>Move {n} out of the archive</source>
            <extracomment>Move out of the archive</extracomment>
            <translation>
                <numerusform>إخراج {n} من الأرشيف</numerusform>
                <numerusform>إخراج من الأرشيف</numerusform>
                <numerusform>إخراج اثنتين من الأرشيف</numerusform>
                <numerusform>إخراج {n} من الأرشيف</numerusform>
                <numerusform>إخراج {n} من الأرشيف</numerusform>
                <numerusform>إخراج {n} من الأرشيف</numerusform>
            </translation>
        </message>
        <message>
            <source>Moved</source>
            <translation>انتقل</translation>
        </message>
        <message>
            <source>My key is sk-ant-…, write to ada@example.org</source>
            <translation>مفتاحي هو ⁦sk-ant-…⁩، راسلني على ada@example.org</translation>
        </message>
        <message>
            <source>Name</source>
            <translation>الاسم</translation>
        </message>
        <message>
            <source>Name a file in it.</source>
            <translation>سمّ ملفًا فيه.</translation>
        </message>
        <message>
            <source>Name a file with a JSON schema.</source>
            <translation>سمّ ملفًا فيه مخطط JSON.</translation>
        </message>
        <message>
            <source>Name a file, or make a job of its pictures.</source>
            <translation>سمّ ملفًا، أو أنشئ مهمة من صوره.</translation>
        </message>
        <message>
            <source>Name a picture in the set.</source>
            <translation>سمّ صورة في المجموعة.</translation>
        </message>
        <message>
            <source>Name fewer of them.</source>
            <translation>اذكر أقل منها.</translation>
        </message>
        <message>
            <source>Name it under "properties".</source>
            <translation>سمّه تحت ⁦"properties"⁩.</translation>
        </message>
        <message>
            <source>Name its columns in braces: {columns}.</source>
            <translation>سمّ أعمدته بين قوسين معقوفين: {columns}.</translation>
        </message>
        <message>
            <source>Name of the server</source>
            <translation>اسم الخادم</translation>
        </message>
        <message>
            <source>Name of the variable</source>
            <translation>اسم المتغيّر</translation>
        </message>
        <message>
            <source>Name one in braces: {columns}.</source>
            <translation>سمّ واحدًا منها بين قوسين معقوفين: {columns}.</translation>
        </message>
        <message>
            <source>Name or licence</source>
            <translation>الاسم أو الرخصة</translation>
        </message>
        <message>
            <source>Name some under "enum".</source>
            <translation>سمّ بعضها تحت "enum".</translation>
        </message>
        <message>
            <source>Name the export you downloaded.</source>
            <translation>سمّ التصدير الذي نزّلته.</translation>
        </message>
        <message>
            <source>Name the folder or the zip file that Kireji made; exports are imported instead.</source>
            <translation>سمّ المجلد أو ملف zip الذي صنعه Kireji؛ أما التصديرات فتُستورد.</translation>
        </message>
        <message>
            <source>Name the language to translate into.</source>
            <translation>اذكر اللغة التي يُترجم إليها.</translation>
        </message>
        <message>
            <source>Name the one to translate into.</source>
            <translation>سمّ اللغة التي يُترجم إليها.</translation>
        </message>
        <message>
            <source>Name the screen: --screen N.</source>
            <translation>سمّ الشاشة: --screen N.</translation>
        </message>
        <message>
            <source>Name the zip file that ChatGPT, Claude or Kireji made, or export again.</source>
            <translation>سمّ ملف zip الذي صنعه ChatGPT أو Claude أو Kireji، أو صدّر مجددًا.</translation>
        </message>
        <message>
            <source>Name the zip file that ChatGPT, Claude or Kireji made, or the folder it was unpacked to.</source>
            <translation>سمّ ملف zip الذي صنعه ChatGPT أو Claude أو Kireji، أو المجلد الذي فُك إليه.</translation>
        </message>
        <message>
            <source>Name the zip file that it made.</source>
            <translation>سمّ ملف zip الذي صنعه.</translation>
        </message>
        <message>
            <source>Name what is wanted under "properties".</source>
            <translation>سمّ المطلوب تحت ⁦"properties"⁩.</translation>
        </message>
        <message>
            <source>Names and values out of the picture</source>
            <translation>أسماء وقيم من الصورة</translation>
        </message>
        <message>
            <source>Names of the tools, with commas between them</source>
            <translation>أسماء الأدوات وبينها فواصل</translation>
        </message>
        <message>
            <source>Names with their values, one row for each picture.</source>
            <translation>أسماء وقيمها، صف واحد لكل صورة.</translation>
        </message>
        <message>
            <source>Names, projects, customers. Whole words, in any case, also in pictures.</source>
            <translation>أسماء ومشاريع وعملاء. كلمات كاملة، بأي حالة أحرف، وفي الصور أيضًا.</translation>
        </message>
        <message>
            <source>Neither yes nor no</source>
            <translation>ليست نعم ولا لا</translation>
        </message>
        <message>
            <source>Network</source>
            <translation>الشبكة</translation>
        </message>
        <message>
            <source>Never</source>
            <translation>أبدًا</translation>
        </message>
        <message>
            <source>New conversation</source>
            <translation>محادثة جديدة</translation>
        </message>
        <message>
            <source>New conversations are answered by</source>
            <translation>يجيب عن المحادثات الجديدة</translation>
        </message>
        <message>
            <source>New job</source>
            <translation>مهمة جديدة</translation>
        </message>
        <message>
            <source>New line</source>
            <translation>سطر جديد</translation>
        </message>
        <message>
            <source>New policy</source>
            <translation>سياسة جديدة</translation>
        </message>
        <message>
            <source>New policy…</source>
            <translation>سياسة جديدة…</translation>
        </message>
        <message>
            <source>New prompt</source>
            <translation>سؤال سريع جديد</translation>
        </message>
        <message>
            <source>Next conversation in the list</source>
            <translation>المحادثة التالية في القائمة</translation>
        </message>
        <message>
            <source>Next screen</source>
            <translation>الشاشة التالية</translation>
        </message>
        <message>
            <source>Nightingale begins on Monday. In conclusion, …</source>
            <translation>يبدأ العندليب يوم الاثنين. ختامًا، …</translation>
        </message>
        <message>
            <source>Nightingale, or a pattern such as /\d{3}-\d{4}/</source>
            <translation>العندليب، أو نمط مثل ⁦/\d{3}-\d{4}/⁩</translation>
        </message>
        <message>
            <source>No backup was made yet.</source>
            <translation>لم تُجرَ أي نسخة احتياطية بعد.</translation>
        </message>
        <message>
            <source>No browser could be opened.</source>
            <translation>تعذر فتح متصفح.</translation>
        </message>
        <message>
            <source>No browser could be opened. Open this address in one on this computer:</source>
            <translation>تعذر فتح متصفح. افتح هذا العنوان في متصفح على هذا الحاسوب:</translation>
        </message>
        <message>
            <source>No category</source>
            <translation>بلا فئة</translation>
        </message>
        <message>
            <source>No connection to {host}</source>
            <translation>لا اتصال بـ {host}</translation>
        </message>
        <message>
            <source>No contents are kept now.</source>
            <translation>لا محتويات محفوظة الآن.</translation>
        </message>
        <message>
            <source>No conversation can be read in {name}.</source>
            <translation>لا يمكن قراءة أي محادثة في {name}.</translation>
        </message>
        <message>
            <source>No conversations yet. What you ask appears here.</source>
            <translation>لا محادثات بعد. يظهر هنا ما تسأله.</translation>
        </message>
        <message>
            <source>No desktop portal runs here.</source>
            <translation>لا تعمل بوابة سطح مكتب هنا.</translation>
        </message>
        <message>
            <source>No fields were found on the picture.</source>
            <translation>لم يُعثر على حقول في الصورة.</translation>
        </message>
        <message>
            <source>No fields were found.</source>
            <translation>لم يُعثر على حقول.</translation>
        </message>
        <message>
            <source>No font here has the letters of your language ({language}), so they show as boxes. Install one; on Debian and Ubuntu: sudo apt-get install {package}</source>
            <translation>لا خط هنا فيه حروف لغتك ({language})، لذا تظهر مربعات مكانها. ثبّت خطًا فيه هذه الحروف؛ وعلى Debian وUbuntu بالأمر: ⁦sudo apt-get install {package}⁩</translation>
        </message>
        <message>
            <source>No jobs</source>
            <translation type="vanished">لا مهام</translation>
        </message>
        <message>
            <source>No key is stored.</source>
            <translation>لا مفتاح محفوظ.</translation>
        </message>
        <message>
            <source>No language was named.</source>
            <translation>لم تُذكر لغة.</translation>
        </message>
        <message>
            <source>No longer before all others</source>
            <translation>إلغاء التثبيت</translation>
        </message>
        <message>
            <source>No model can be asked for a summary.</source>
            <translation>لا نموذج يمكن طلب ملخص منه.</translation>
        </message>
        <message>
            <source>No model can be asked: there is no key and no local server.</source>
            <translation>لا نموذج يمكن سؤاله: لا مفتاح ولا خادم محليًّا.</translation>
        </message>
        <message>
            <source>No model matches “{query}”.</source>
            <translation>لا نموذج يطابق «{query}».</translation>
        </message>
        <message>
            <source>No model of {display} is chosen.</source>
            <translation>لم يُختر نموذج من {display}.</translation>
        </message>
        <message>
            <source>No model server answers at {address}.</source>
            <translation>لا خادم نماذج يجيب على {address}.</translation>
        </message>
        <message>
            <source>No model server answers on this computer.</source>
            <translation>لا خادم نماذج يجيب على هذا الحاسوب.</translation>
        </message>
        <message>
            <source>No model server answers on this computer. Start one, then test again.</source>
            <translation>لا خادم نماذج يجيب على هذا الحاسوب. شغّل واحدًا ثم اختبر مجددًا.</translation>
        </message>
        <message>
            <source>No model server was found on this computer.</source>
            <translation>لم يُعثر على خادم نماذج على هذا الحاسوب.</translation>
        </message>
        <message>
            <source>No models are known.</source>
            <translation>لا نماذج معروفة.</translation>
        </message>
        <message>
            <source>No other program with servers was found. A file in the usual form (mcpServers) can be chosen.</source>
            <translation>لم يُعثر على برنامج آخر فيه خوادم. يمكن اختيار ملف بالصيغة المعتادة (mcpServers).</translation>
        </message>
        <message>
            <source>No part is called that.</source>
            <translation>لا مكوّن بهذا الاسم.</translation>
        </message>
        <message>
            <source>No picture in {before} has the name of one in {after}.</source>
            <translation>لا صورة في ⁦{before}⁩ تحمل اسم صورة في ⁦{after}⁩.</translation>
        </message>
        <message>
            <source>No policy is that long.</source>
            <translation>لا سياسة بهذا الطول.</translation>
        </message>
        <message>
            <source>No port of this computer could be opened for the browser's answer.</source>
            <translation>تعذر فتح منفذ على هذا الحاسوب لرد المتصفح.</translation>
        </message>
        <message>
            <source>No portal here takes pictures of the screen.</source>
            <translation>لا بوابة هنا تلتقط صورًا للشاشة.</translation>
        </message>
        <message>
            <source>No provider can work here.</source>
            <translation>لا مزوّد يستطيع العمل هنا.</translation>
        </message>
        <message>
            <source>No proxy</source>
            <translation>بلا وكيل</translation>
        </message>
        <message>
            <source>No row has an answer yet.</source>
            <translation>لا إجابة لأي صف بعد.</translation>
        </message>
        <message>
            <source>No row has failed.</source>
            <translation>لم يخفق أي صف.</translation>
        </message>
        <message>
            <source>No row of this job has failed.</source>
            <translation>لم يخفق أي صف في هذه المهمة.</translation>
        </message>
        <message>
            <source>No row of this job is uncertain.</source>
            <translation>لا صف غير مؤكد في هذه المهمة.</translation>
        </message>
        <message>
            <source>No row of this job waits.</source>
            <translation>لا صف ينتظر في هذه المهمة.</translation>
        </message>
        <message>
            <source>No row waits to be asked.</source>
            <translation>لا صف ينتظر السؤال عنه.</translation>
        </message>
        <message>
            <source>No rule is met.</source>
            <translation>لا تنطبق أي قاعدة.</translation>
        </message>
        <message>
            <source>No screen is connected.</source>
            <translation>لا توجد شاشة موصولة.</translation>
        </message>
        <message>
            <source>No service takes that much.</source>
            <translation>لا تقبل أي خدمة هذا القدر.</translation>
        </message>
        <message>
            <source>No shortcut is set.</source>
            <translation>لم يُعيَّن اختصار.</translation>
        </message>
        <message>
            <source>No shortcut is set. Choose one in Settings, Shortcuts.</source>
            <translation>لم يُعيَّن اختصار. اختر واحدًا في الإعدادات، الاختصارات.</translation>
        </message>
        <message>
            <source>No table was found on the picture.</source>
            <translation>لم يُعثر على جدول في الصورة.</translation>
        </message>
        <message>
            <source>No table was found.</source>
            <translation>لم يُعثر على جدول.</translation>
        </message>
        <message>
            <source>No text is selected. Select some in any program, then choose this again.</source>
            <translation>لم يُحدَّد أي نص. حدّد نصًا في أي برنامج ثم اختر هذا مرة أخرى.</translation>
        </message>
        <message>
            <source>No text was found here.</source>
            <translation>لم يُعثر على نص هنا.</translation>
        </message>
        <message>
            <source>No text was found in the picture. This reader knows Latin, Chinese and Japanese script: cut out a region with larger or clearer text, or add a key in the settings to ask a model about it.</source>
            <translation>لم يُعثر على نص في الصورة. يعرف هذا القارئ الكتابة اللاتينية والصينية واليابانية: اقتطع منطقة نصها أكبر أو أوضح، أو أضف مفتاحًا في الإعدادات لسؤال نموذج عنها.</translation>
        </message>
        <message>
            <source>No verdict</source>
            <translation>بلا حكم</translation>
        </message>
        <message>
            <source>No way of capturing is built in.</source>
            <translation>لا وسيلة التقاط مضمّنة.</translation>
        </message>
        <message>
            <source>No words</source>
            <translation>بلا كلمات</translation>
        </message>
        <message>
            <source>No words were found in the picture.</source>
            <translation>لم يُعثر على كلمات في الصورة.</translation>
        </message>
        <message>
            <source>Nobody came back from the browser within {minutes}.</source>
            <translation>لم يعد أحد من المتصفح خلال {minutes}.</translation>
        </message>
        <message>
            <source>Nobody can look into these documents: {titles}.</source>
            <translation>لا يمكن النظر في هذه المستندات: {titles}.</translation>
        </message>
        <message>
            <source>Nobody has compared it with the picture</source>
            <translation>لم تُقارن بالصورة</translation>
        </message>
        <message>
            <source>Nobody is set up who could answer. Add a key in the settings.</source>
            <translation>لم يُعدّ من يستطيع الإجابة. أضف مفتاحًا في الإعدادات.</translation>
        </message>
        <message>
            <source>Nobody knows what became of it; the job was cancelled.</source>
            <translation>مصيره غير معروف؛ أُلغيت المهمة.</translation>
        </message>
        <message>
            <source>Nobody knows what it will cost, so no budget can hold for it.</source>
            <translation>التكلفة غير معروفة، لذا لا يمكن أن تسري عليها أي ميزانية.</translation>
        </message>
        <message>
            <source>Nobody knows why.</source>
            <translation>السبب غير معروف.</translation>
        </message>
        <message>
            <source>Nobody knows yet what it will cost: kireji batch estimate {id} says why.</source>
            <translation>التكلفة غير معروفة بعد: يبيّن kireji batch estimate {id} السبب.</translation>
        </message>
        <message>
            <source>Nobody looks, because that is switched off.</source>
            <translation>لا أحد يبحث، لأن ذلك معطّل.</translation>
        </message>
        <message>
            <source>Nobody: the answer was stopped, or nobody was there to be asked</source>
            <translation>لا أحد: أُوقفت الإجابة، أو لم يكن هناك من يُسأل</translation>
        </message>
        <message>
            <source>None</source>
            <translation>بلا</translation>
        </message>
        <message>
            <source>None is offered in this conversation.</source>
            <translation>لا تُعرض أي أداة في هذه المحادثة.</translation>
        </message>
        <message>
            <source>None of the choices of this column</source>
            <translation>ليست من خيارات هذا العمود</translation>
        </message>
        <message>
            <source>None yet. A plugin is a Python file with functions that a model may call; the folder opens with an example to begin with.</source>
            <translation>لا شيء بعد. الملحق ملف Python فيه دوال يجوز للنموذج استدعاؤها؛ ويُفتح المجلد وفيه مثال تبدأ به.</translation>
        </message>
        <message>
            <source>None yet. Add one with the command or address that its documentation names, or import those of another program.</source>
            <translation>لا شيء بعد. أضف واحدًا بالأمر أو العنوان المذكور في توثيقه، أو استورد خوادم برنامج آخر.</translation>
        </message>
        <message>
            <source>None yet. Write {{name}} into the words, or add one here.</source>
            <translation>لا شيء بعد. اكتب ⁦{{name}}⁩ في الكلمات، أو أضف واحدًا هنا.</translation>
        </message>
        <message>
            <source>None. A card in the conversation asks for one when a tool is called.</source>
            <translation>لا شيء. تطلب بطاقة في المحادثة الإذن عند استدعاء أداة.</translation>
        </message>
        <message>
            <source>None. Each file is asked about.</source>
            <translation>لا شيء. تُسأل عن كل ملف.</translation>
        </message>
        <message>
            <source>None. Each page is asked about.</source>
            <translation>لا شيء. تُسأل عن كل صفحة.</translation>
        </message>
        <message>
            <source>Normal</source>
            <translation>عادي</translation>
        </message>
        <message>
            <source>Not as labelled: {number}</source>
            <translation>بخلاف الوسم: {number}</translation>
        </message>
        <message>
            <source>Not as the policy says: it belongs to “{title}” and was not found there.</source>
            <translation>بخلاف ما تقوله السياسة: ينتمي إلى «{title}» ولم يوجد فيها.</translation>
        </message>
        <message>
            <source>Not as the policy says: it does not belong to “{title}” and was found there.</source>
            <translation>بخلاف ما تقوله السياسة: لا ينتمي إلى «{title}» ووُجد فيها.</translation>
        </message>
        <message>
            <source>Not explained</source>
            <translation>بلا تفسير</translation>
        </message>
        <message>
            <source>Not found on the picture</source>
            <translation>لم يُعثر عليها في الصورة</translation>
        </message>
        <message>
            <source>Not found on the picture.</source>
            <translation>لم يُعثر عليه في الصورة.</translation>
        </message>
        <message>
            <source>Not now</source>
            <translation>ليس الآن</translation>
        </message>
        <message>
            <source>Not one pixel is different.</source>
            <translation>لا يختلف بكسل واحد.</translation>
        </message>
        <message>
            <source>Not tested.</source>
            <translation>لم يُختبر.</translation>
        </message>
        <message>
            <source>Not translated: {count}.</source>
            <translation>لم يُترجم: {count}.</translation>
        </message>
        <message>
            <source>Note</source>
            <translation>ملاحظة</translation>
        </message>
        <message>
            <source>Notes</source>
            <translation>ملاحظات</translation>
        </message>
        <message>
            <source>Nothing answers at {address}. Start the server, or correct the address.</source>
            <translation>لا شيء يجيب على {address}. شغّل الخادم أو صحّح العنوان.</translation>
        </message>
        <message>
            <source>Nothing came of row {number} that could be shown.</source>
            <translation>لم ينتج عن الصف {number} ما يمكن عرضه.</translation>
        </message>
        <message>
            <source>Nothing differs on the pictures where this could be.</source>
            <translation>لا شيء يختلف في الصورتين حيث يمكن أن يكون هذا.</translation>
        </message>
        <message>
            <source>Nothing found for “{words}”. Try fewer or shorter words.</source>
            <translation>لم يُعثر على شيء لـ«{words}». جرّب كلمات أقل أو أقصر.</translation>
        </message>
        <message>
            <source>Nothing goes along yet. Add files, folders, pages or earlier conversations.</source>
            <translation>لا شيء يُرسل مع السؤال بعد. أضف ملفات أو مجلدات أو صفحات أو محادثات سابقة.</translation>
        </message>
        <message>
            <source>Nothing had to be translated</source>
            <translation>لم يكن هناك ما يُترجم</translation>
        </message>
        <message>
            <source>Nothing has been asked so far.</source>
            <translation>لم يُسأل عن شيء حتى الآن.</translation>
        </message>
        <message>
            <source>Nothing has been sent. Exactly these bytes would leave if you asked now.</source>
            <translation>لم يُرسل شيء. هذه البايتات تحديدًا هي ما سيغادر لو سألتَ الآن.</translation>
        </message>
        <message>
            <source>Nothing has changed.</source>
            <translation>لم يتغير شيء.</translation>
        </message>
        <message>
            <source>Nothing has left this computer.</source>
            <translation>لم يغادر شيء هذا الحاسوب.</translation>
        </message>
        <message>
            <source>Nothing in it asks for anything to be done.</source>
            <translation>ليس فيه ما يستدعي فعل شيء.</translation>
        </message>
        <message>
            <source>Nothing in it would be hidden.</source>
            <translation>لن يُخفى شيء فيه.</translation>
        </message>
        <message>
            <source>Nothing in {name} can go along.</source>
            <translation>لا شيء في {name} يمكن إرساله مع السؤال.</translation>
        </message>
        <message>
            <source>Nothing is archived.</source>
            <translation>لا شيء في الأرشيف.</translation>
        </message>
        <message>
            <source>Nothing is called “{words}”.</source>
            <translation>لا شيء اسمه «{words}».</translation>
        </message>
        <message>
            <source>Nothing is decided yet.</source>
            <translation>لم يُبتّ في شيء بعد.</translation>
        </message>
        <message>
            <source>Nothing is different: both pictures show the same.</source>
            <translation>لا اختلاف: تعرض الصورتان الشيء نفسه.</translation>
        </message>
        <message>
            <source>Nothing is hidden in it.</source>
            <translation>لا شيء مخفي فيها.</translation>
        </message>
        <message>
            <source>Nothing is left of any answer: {rule} is found everywhere.</source>
            <translation>لا يبقى من أي إجابة شيء: {rule} موجود في كل مكان.</translation>
        </message>
        <message>
            <source>Nothing is selected.</source>
            <translation>لم يُحدَّد شيء.</translation>
        </message>
        <message>
            <source>Nothing is sent before there is a secret to sign it with.</source>
            <translation>لا يُرسل شيء قبل أن يوجد سر يُوقَّع به.</translation>
        </message>
        <message>
            <source>Nothing is wrong with it</source>
            <translation>لا خطأ فيه</translation>
        </message>
        <message>
            <source>Nothing new: everything in it is there already.</source>
            <translation>لا جديد: كل ما فيه موجود بالفعل.</translation>
        </message>
        <message>
            <source>Nothing of it was used. Try again later; if it stays so, look at the download page.</source>
            <translation>لم يُستعمل منها شيء. حاول مجددًا لاحقًا؛ فإن بقي الأمر كذلك فانظر في صفحة التنزيل.</translation>
        </message>
        <message>
            <source>Nothing of the policy's categories was found.</source>
            <translation>لم يُعثر على شيء من فئات السياسة.</translation>
        </message>
        <message>
            <source>Nothing of this conversation is left out.</source>
            <translation>لا يُترك شيء من هذه المحادثة.</translation>
        </message>
        <message>
            <source>Nothing waits for you.</source>
            <translation>لا شيء بانتظارك.</translation>
        </message>
        <message>
            <source>Nothing waits to be run.</source>
            <translation>لا شيء ينتظر التشغيل.</translation>
        </message>
        <message>
            <source>Nothing was added.</source>
            <translation>لم يُضف شيء.</translation>
        </message>
        <message>
            <source>Nothing was added: there is no conversation in it that can be read.</source>
            <translation>لم يُضف شيء: لا توجد فيه محادثة يمكن قراءتها.</translation>
        </message>
        <message>
            <source>Nothing was allowed. You can close this page and try again in Kireji.</source>
            <translation>لم يُسمح بشيء. يمكنك إغلاق هذه الصفحة والمحاولة مجددًا في Kireji.</translation>
        </message>
        <message>
            <source>Nothing was asked this month.</source>
            <translation>لم يُسأل شيء هذا الشهر.</translation>
        </message>
        <message>
            <source>Nothing was decided against the model.</source>
            <translation>لم يُبتّ في شيء بخلاف النموذج.</translation>
        </message>
        <message>
            <source>Nothing was deleted in the last 30 days.</source>
            <translation>لم يُحذف شيء في آخر 30 يومًا.</translation>
        </message>
        <message>
            <source>Nothing was deleted: move {name} and the files beginning with that name to another folder to start with an empty history, or put a copy of yours back in its place.</source>
            <translation>لم يُحذف شيء: انقل {name} والملفات التي تبدأ بهذا الاسم إلى مجلد آخر للبدء بسجل فارغ، أو ضع نسخة لديك مكانها.</translation>
        </message>
        <message>
            <source>Nothing was deleted: move {name} and the files beginning with that name to another folder to start with an empty queue; what is with a service can still be fetched on its website.</source>
            <translation>لم يُحذف شيء: انقل {name} والملفات التي تبدأ بهذا الاسم إلى مجلد آخر للبدء بطابور فارغ؛ وما لدى خدمة يمكن جلبه من موقعها.</translation>
        </message>
        <message>
            <source>Nothing was found for “{words}”.</source>
            <translation>لم يُعثر على شيء لـ «{words}».</translation>
        </message>
        <message>
            <source>Nothing was read yet.</source>
            <translation>لم يُقرأ شيء بعد.</translation>
        </message>
        <message>
            <source>Nothing was removed.</source>
            <translation>لم يُزَل شيء.</translation>
        </message>
        <message>
            <source>Nothing was said about the regions {numbers}.</source>
            <translation>لم يُقل شيء عن المناطق {numbers}.</translation>
        </message>
        <message>
            <source>Nothing was spent in the last {days} days.</source>
            <translation>لم يُنفق شيء في آخر {days} يومًا.</translation>
        </message>
        <message>
            <source>Nothing will leave this computer: it answers by itself.</source>
            <translation>لن يغادر شيء هذا الحاسوب: فهو يجيب بنفسه.</translation>
        </message>
        <message>
            <source>Nothing would be added: everything in it is there already.</source>
            <translation>لن يُضاف شيء: كل ما فيه موجود بالفعل.</translation>
        </message>
        <message>
            <source>Nothing yet. Each call of a tool is written down here before it runs.</source>
            <translation>لا شيء بعد. يُدوَّن هنا كل استدعاء لأداة قبل تشغيله.</translation>
        </message>
        <message>
            <source>Nothing: it is asked for</source>
            <translation>لا شيء: يُسأل عنه</translation>
        </message>
        <message>
            <source>Notify when an answer is ready</source>
            <translation>إشعار عند جاهزية الإجابة</translation>
        </message>
        <message>
            <source>Now right</source>
            <translation>صار صحيحًا</translation>
        </message>
        <message>
            <source>Now that is {name} ({who}).</source>
            <translation>هو الآن {name} ({who}).</translation>
        </message>
        <message>
            <source>Now that is {who}.</source>
            <translation>هو الآن {who}.</translation>
        </message>
        <message>
            <source>Now wrong</source>
            <translation>صار خطأ</translation>
        </message>
        <message>
            <source>Now, one by one: full price</source>
            <translation>الآن، واحدًا واحدًا: السعر الكامل</translation>
        </message>
        <message>
            <source>Number</source>
            <translation>عدد</translation>
        </message>
        <message>
            <source>Of these regions nothing was said: {numbers}.</source>
            <translation>لم يُقل شيء عن هذه المناطق: {numbers}.</translation>
        </message>
        <message>
            <source>Off in the settings</source>
            <translation>معطّل في الإعدادات</translation>
        </message>
        <message>
            <source>Offer {tool} to models</source>
            <translation>عرض «{tool}» على النماذج</translation>
        </message>
        <message>
            <source>Older messages no longer fit, so the service reads {tokens} tokens anew{price}.</source>
            <translation>لم يعد للرسائل الأقدم متسع، لذا تقرأ الخدمة {tokens} من الرموز من جديد{price}.</translation>
        </message>
        <message>
            <source>On days on which something has changed, while nothing else goes on. Seven days and four weeks are kept.</source>
            <translation>في الأيام التي تغيّر فيها شيء، حين لا يجري غيره. يُحتفظ بسبعة أيام وأربعة أسابيع.</translation>
        </message>
        <message>
            <source>On the picture it reads: {seen}</source>
            <translation>المكتوب في الصورة: {seen}</translation>
        </message>
        <message>
            <source>On the picture stands: {seen}</source>
            <translation>المكتوب في الصورة: {seen}</translation>
        </message>
        <message>
            <source>On the usual ports of Ollama, llama.cpp and LM Studio.</source>
            <translation>على المنافذ المعتادة لـ Ollama وllama.cpp وLM Studio.</translation>
        </message>
        <message>
            <source>On this desktop programs ask for keys and the desktop hands them out; it may give others than were asked for. Its own keyboard settings can change them too.</source>
            <translation>على سطح المكتب هذا تطلب البرامج المفاتيح وهو يوزّعها؛ وقد يعطي غير المطلوب. ويمكن تغييرها في إعدادات لوحة المفاتيح لديه أيضًا.</translation>
        </message>
        <message>
            <source>One conversation</source>
            <translation>محادثة واحدة</translation>
        </message>
        <message>
            <source>One day</source>
            <translation>يوم واحد</translation>
        </message>
        <message>
            <source>One file or one folder makes a job; several files only when all of them are pictures.</source>
            <translation>تُنشأ المهمة من ملف واحد أو مجلد واحد؛ ولا تُنشأ من عدة ملفات إلا إذا كانت كلها صورًا.</translation>
        </message>
        <message>
            <source>One month</source>
            <translation>شهر واحد</translation>
        </message>
        <message>
            <source>One of your rules for answers ended this one before it was whole.</source>
            <translation>أنهت إحدى قواعدك للإجابات هذه الإجابة قبل اكتمالها.</translation>
        </message>
        <message>
            <source>One question, asked of thousands</source>
            <translation>سؤال واحد يُطرح على الآلاف</translation>
        </message>
        <message>
            <source>One request for a signed list, the same from everybody: it says nothing about you, this computer or your version. Nothing is downloaded or installed.</source>
            <translation>طلب واحد لقائمة موقّعة، هو نفسه من الجميع: لا يقول شيئًا عنك ولا عن هذا الحاسوب ولا عن إصدارك. لا يُنزَّل شيء ولا يُثبَّت.</translation>
        </message>
        <message>
            <source>One row is being asked; the others can follow it.</source>
            <translation>يُسأل صف واحد الآن؛ ويمكن أن تتبعه البقية.</translation>
        </message>
        <message>
            <source>Only for answers that took a while and that no window shows. It holds your question, never the answer. Regions that are watched always tell.</source>
            <translation>للإجابات التي استغرقت وقتًا ولا تعرضها نافذة فقط. يحوي سؤالك لا الإجابة. المناطق المراقَبة تُبلّغ دائمًا.</translation>
        </message>
        <message>
            <source>Only its size and its hash were kept.</source>
            <translation>لم يُحفظ إلا حجمه وبصمته.</translation>
        </message>
        <message>
            <source>Only jobs that take out tables or fields become a spreadsheet.</source>
            <translation>لا يصير جدول بيانات إلا المهام التي تستخرج جداول أو حقولًا.</translation>
        </message>
        <message>
            <source>Only services that do not keep or train on what they are sent</source>
            <translation>الخدمات التي لا تحتفظ بما يُرسل إليها ولا تتدرب عليه فقط</translation>
        </message>
        <message>
            <source>Only services that keep nothing at all</source>
            <translation>الخدمات التي لا تحتفظ بشيء إطلاقًا فقط</translation>
        </message>
        <message>
            <source>Only the first {count} characters are tried.</source>
            <translation>لا تُجرَّب إلا الأحرف الأولى، وعددها {count}.</translation>
        </message>
        <message>
            <source>Only the first {most} prompts of the file are taken.</source>
            <translation>لا يُؤخذ من الملف إلا أول {most} سؤال سريع.</translation>
        </message>
        <message>
            <source>Only these</source>
            <translation>هذه فقط</translation>
        </message>
        <message>
            <source>Only those that failed are asked again with: kireji batch retry {id}</source>
            <translation>يُعاد السؤال عما أخفق وحده بالأمر: kireji batch retry {id}</translation>
        </message>
        <message>
            <source>Opacity</source>
            <translation>العتامة</translation>
        </message>
        <message>
            <source>Open</source>
            <translation>فتح</translation>
        </message>
        <message>
            <source>Open Kireji</source>
            <translation>فتح Kireji</translation>
        </message>
        <message>
            <source>Open Settings, Keys &amp; models, and paste a current key.</source>
            <translation>افتح الإعدادات، المفاتيح والنماذج، والصق مفتاحًا ساريًا.</translation>
        </message>
        <message>
            <source>Open Settings, Keys &amp; models, and paste it again.</source>
            <translation>افتح الإعدادات، المفاتيح والنماذج، والصقه مجددًا.</translation>
        </message>
        <message>
            <source>Open Settings, Keys &amp; models, and paste one.</source>
            <translation>افتح الإعدادات، المفاتيح والنماذج، والصق واحدًا.</translation>
        </message>
        <message>
            <source>Open Settings, Keys &amp; models, and sign in or paste one.</source>
            <translation>افتح الإعدادات، المفاتيح والنماذج، وسجّل الدخول أو الصق واحدًا.</translation>
        </message>
        <message>
            <source>Open Settings, Keys &amp; models: paste it under {right}, and a key of {asked} here.</source>
            <translation>افتح الإعدادات، المفاتيح والنماذج: الصقه تحت {right}، والصق مفتاح {asked} هنا.</translation>
        </message>
        <message>
            <source>Open comparison</source>
            <translation>فتح المقارنة</translation>
        </message>
        <message>
            <source>Open folder</source>
            <translation>فتح المجلد</translation>
        </message>
        <message>
            <source>Open it in another program and save it anew.</source>
            <translation>افتحه في برنامج آخر واحفظه من جديد.</translation>
        </message>
        <message>
            <source>Open its log</source>
            <translation>فتح سجله التقني</translation>
        </message>
        <message>
            <source>Open plugins folder</source>
            <translation>فتح مجلد الملحقات</translation>
        </message>
        <message>
            <source>Open result</source>
            <translation>فتح النتيجة</translation>
        </message>
        <message>
            <source>Open results</source>
            <translation>فتح النتائج</translation>
        </message>
        <message>
            <source>Open settings</source>
            <translation>فتح الإعدادات</translation>
        </message>
        <message>
            <source>Open table</source>
            <translation>فتح الجدول</translation>
        </message>
        <message>
            <source>Open the conversation again.</source>
            <translation>افتح المحادثة مرة أخرى.</translation>
        </message>
        <message>
            <source>Open the download page</source>
            <translation>فتح صفحة التنزيل</translation>
        </message>
        <message>
            <source>Open the editor with the new policy</source>
            <translation>فتح المحرر على السياسة الجديدة</translation>
        </message>
        <message>
            <source>Open the folder of your policies</source>
            <translation>فتح مجلد سياساتك</translation>
        </message>
        <message>
            <source>Open the folder of your prompts</source>
            <translation>فتح مجلد أسئلتك السريعة</translation>
        </message>
        <message>
            <source>Open the folder with an example</source>
            <translation>فتح المجلد مع مثال</translation>
        </message>
        <message>
            <source>Open the folder: {title}</source>
            <translation>فتح المجلد: {title}</translation>
        </message>
        <message>
            <source>Open the receipts</source>
            <translation>فتح الإيصالات</translation>
        </message>
        <message>
            <source>Open translation</source>
            <translation>فتح الترجمة</translation>
        </message>
        <message>
            <source>Open verdict</source>
            <translation>فتح الحكم</translation>
        </message>
        <message>
            <source>Open what came of this row beside its pictures</source>
            <translation>فتح ما نتج عن هذا الصف بجانب صوره</translation>
        </message>
        <message>
            <source>Open what you want to show. Click here to cancel.</source>
            <translation>افتح ما تريد عرضه. انقر هنا للإلغاء.</translation>
        </message>
        <message>
            <source>Open: {title}</source>
            <translation>فتح: {title}</translation>
        </message>
        <message>
            <source>OpenRouter did not accept the sign-in.</source>
            <translation>لم يقبل OpenRouter تسجيل الدخول.</translation>
        </message>
        <message>
            <source>OpenRouter passes questions on to other services; the others are then never used.</source>
            <translation>يمرّر OpenRouter الأسئلة إلى خدمات أخرى؛ وعندئذ لا تُستعمل البقية أبدًا.</translation>
        </message>
        <message>
            <source>OpenRouter's jobs take no pictures and documents from this computer, only pictures on the web.</source>
            <translation>لا تقبل مهام OpenRouter صورًا ومستندات من هذا الحاسوب، بل صور الويب فقط.</translation>
        </message>
        <message>
            <source>Opening the browser…</source>
            <translation>يُفتح المتصفح…</translation>
        </message>
        <message>
            <source>Opening the conversation…</source>
            <translation>تُفتح المحادثة…</translation>
        </message>
        <message>
            <source>Or bind a command to a key in your desktop's own keyboard settings:</source>
            <translation>أو اربط أمرًا بمفتاح في إعدادات لوحة المفاتيح لسطح المكتب:</translation>
        </message>
        <message>
            <source>Or let this computer read the text in the picture.</source>
            <translation>أو دع هذا الحاسوب يقرأ النص في الصورة.</translation>
        </message>
        <message>
            <source>Order</source>
            <translation>الترتيب</translation>
        </message>
        <message>
            <source>Original</source>
            <translation>الأصل</translation>
        </message>
        <message>
            <source>Other ways to answer again</source>
            <translation>طرق أخرى للإجابة مجددًا</translation>
        </message>
        <message>
            <source>Other ways to copy</source>
            <translation>طرق أخرى للنسخ</translation>
        </message>
        <message>
            <source>Otherwise</source>
            <translation>وإلا</translation>
        </message>
        <message>
            <source>Otherwise only where the desktop does not let Kireji freeze the screen.</source>
            <translation>وإلا فحيث لا يسمح سطح المكتب لـ Kireji بتجميد الشاشة فقط.</translation>
        </message>
        <message>
            <source>Overrule it: say what shall be done.</source>
            <translation>انقضه: حدّد ما يُفعل.</translation>
        </message>
        <message>
            <source>Overrule the verdict</source>
            <translation>نقض الحكم</translation>
        </message>
        <message>
            <source>Overrule: say what shall be done</source>
            <translation>نقض: تحديد ما يُفعل</translation>
        </message>
        <message>
            <source>Overruled: {action}</source>
            <translation>نُقض إلى: {action}</translation>
        </message>
        <message>
            <source>Overrule… (O)</source>
            <translation>نقض… (O)</translation>
        </message>
        <message>
            <source>Overview</source>
            <translation>نظرة عامة</translation>
        </message>
        <message>
            <source>Own word</source>
            <translation>كلمة خاصة بك</translation>
        </message>
        <message>
            <source>PDF</source>
            <translation>PDF</translation>
        </message>
        <message>
            <source>PDF documents</source>
            <translation>مستندات PDF</translation>
        </message>
        <message>
            <source>PNG picture (*.png)</source>
            <translation>صورة PNG (*.png)</translation>
        </message>
        <message>
            <source>PNG, JPEG, WebP and GIF files are read.</source>
            <translation>تُقرأ ملفات PNG وJPEG وWebP وGIF.</translation>
        </message>
        <message>
            <source>Page Up, Page Down</source>
            <translation>Page Up, Page Down</translation>
        </message>
        <message>
            <source>Pages</source>
            <translation>الصفحات</translation>
        </message>
        <message>
            <source>Pages of these hosts may be fetched</source>
            <translation>يجوز جلب صفحات هؤلاء المضيفين</translation>
        </message>
        <message>
            <source>Pairs of pictures</source>
            <translation>أزواج صور</translation>
        </message>
        <message>
            <source>Part</source>
            <translation>المكوّن</translation>
        </message>
        <message>
            <source>Part of the editor</source>
            <translation>قسم المحرر</translation>
        </message>
        <message>
            <source>Part of the watched region is on no screen now.</source>
            <translation>جزء من المنطقة المراقَبة ليس على أي شاشة الآن.</translation>
        </message>
        <message>
            <source>Parts of the program</source>
            <translation>مكوّنات البرنامج</translation>
        </message>
        <message>
            <source>Password</source>
            <translation>كلمة سر</translation>
        </message>
        <message>
            <source>Passwords</source>
            <translation>كلمات السر</translation>
        </message>
        <message>
            <source>Paste</source>
            <translation>لصق</translation>
        </message>
        <message>
            <source>Paste a JSON schema</source>
            <translation>الصق مخطط JSON</translation>
        </message>
        <message>
            <source>Paste a key from Anthropic or OpenRouter; it is tested at once.</source>
            <translation>الصق مفتاحًا من Anthropic أو OpenRouter؛ يُختبر فورًا.</translation>
        </message>
        <message>
            <source>Paste a key in Settings, Keys &amp; models, instead.</source>
            <translation>الصق مفتاحًا في الإعدادات، المفاتيح والنماذج، بدلًا من ذلك.</translation>
        </message>
        <message>
            <source>Paste a text to see how it would leave. It is looked through here and goes nowhere.</source>
            <translation>الصق نصًا لترى كيف سيغادر. يُفحص هنا ولا يذهب إلى أي مكان.</translation>
        </message>
        <message>
            <source>Paste picture</source>
            <translation>لصق صورة</translation>
        </message>
        <message>
            <source>Paste the whole key.</source>
            <translation>الصق المفتاح كاملًا.</translation>
        </message>
        <message>
            <source>Paste your {provider} key</source>
            <translation>الصق مفتاح {provider}</translation>
        </message>
        <message>
            <source>Pasted picture</source>
            <translation>صورة ملصقة</translation>
        </message>
        <message>
            <source>Pasted text</source>
            <translation>نص ملصق</translation>
        </message>
        <message>
            <source>Pause</source>
            <translation>إيقاف مؤقت</translation>
        </message>
        <message>
            <source>Pause shortcuts</source>
            <translation>إيقاف الاختصارات مؤقتًا</translation>
        </message>
        <message>
            <source>Paused from the tray menu; other programs get these keys until you resume there.</source>
            <translation>أُوقف مؤقتًا من قائمة الشريط؛ تصل هذه المفاتيح إلى البرامج الأخرى حتى تستأنف من هناك.</translation>
        </message>
        <message>
            <source>People type with that key. Press it together with Ctrl, Alt or Super.</source>
            <translation>هذا المفتاح للكتابة. اضغطه مع Ctrl أو Alt أو Super.</translation>
        </message>
        <message>
            <source>Permissions you gave</source>
            <translation>الأذونات التي أعطيتها</translation>
        </message>
        <message>
            <source>Person number</source>
            <translation>رقم شخصي</translation>
        </message>
        <message>
            <source>Personal numbers</source>
            <translation>الأرقام الشخصية</translation>
        </message>
        <message>
            <source>Pick a window; Tab or arrow keys: another one</source>
            <translation>اختيار نافذة؛ Tab أو مفاتيح الأسهم: نافذة أخرى</translation>
        </message>
        <message>
            <source>Picture</source>
            <translation>صورة</translation>
        </message>
        <message>
            <source>Picture that is judged</source>
            <translation>الصورة المحكوم عليها</translation>
        </message>
        <message>
            <source>Picture {number}</source>
            <translation>الصورة {number}</translation>
        </message>
        <message>
            <source>Picture {number}. Show it in full size</source>
            <translation>الصورة {number}. عرضها بالحجم الكامل</translation>
        </message>
        <message>
            <source>Picture, {width} × {height} pixels</source>
            <translation>صورة، {width} × {height} بكسل</translation>
        </message>
        <message>
            <source>Picture, {width} × {height} pixels. Show it large</source>
            <translation>صورة، {width} × {height} بكسل. عرض كبير</translation>
        </message>
        <message>
            <source>Picture: {path}</source>
            <translation>الصورة: ⁦{path}⁩</translation>
        </message>
        <message>
            <source>Pictures</source>
            <translation>صور</translation>
        </message>
        <message>
            <source>Pictures ({endings})</source>
            <translation>صور ({endings})</translation>
        </message>
        <message>
            <source>Pictures and documents</source>
            <translation>الصور والمستندات</translation>
        </message>
        <message>
            <source>Pictures belong together that have the same name in both folders.</source>
            <translation>تُقرن الصور التي تحمل الاسم نفسه في المجلدين.</translation>
        </message>
        <message>
            <source>Pictures need a prompt that says what to do with each.</source>
            <translation>تحتاج الصور إلى سؤال يحدّد ما يُفعل بكل منها.</translation>
        </message>
        <message>
            <source>Pin to the screen</source>
            <translation>تثبيت على الشاشة</translation>
        </message>
        <message numerus="yes">
            <source>Pin {n} to the top</source>
            <extracomment>Pin to the top</extracomment>
            <translation>
                <numerusform>تثبيت {n} في الأعلى</numerusform>
                <numerusform>تثبيت في الأعلى</numerusform>
                <numerusform>تثبيت اثنتين في الأعلى</numerusform>
                <numerusform>تثبيت {n} في الأعلى</numerusform>
                <numerusform>تثبيت {n} في الأعلى</numerusform>
                <numerusform>تثبيت {n} في الأعلى</numerusform>
            </translation>
        </message>
        <message>
            <source>Pin: before all others</source>
            <translation>تثبيت: قبل كل ما سواه</translation>
        </message>
        <message>
            <source>Pinned</source>
            <translation>المثبّتة</translation>
        </message>
        <message>
            <source>Pinned picture</source>
            <translation>صورة مثبّتة</translation>
        </message>
        <message>
            <source>Places found</source>
            <translation>المواضع التي عُثر عليها</translation>
        </message>
        <message>
            <source>Plugins</source>
            <translation>الملحقات</translation>
        </message>
        <message>
            <source>Policies</source>
            <translation>السياسات</translation>
        </message>
        <message>
            <source>Policies (*.toml)</source>
            <translation>سياسات (*.toml)</translation>
        </message>
        <message>
            <source>Policy</source>
            <translation>السياسة</translation>
        </message>
        <message>
            <source>Precision</source>
            <translation>الدقة</translation>
        </message>
        <message>
            <source>Press a shortcut, cut out a piece of the screen and ask about it; the answer streams right beside it. Every conversation is kept on this computer, and what leaves it is written down for you to see.</source>
            <translation>اضغط اختصارًا، واقتطع جزءًا من الشاشة واسأل عنه؛ تظهر الإجابة بجانبه مباشرة. تُحفظ كل محادثة على هذا الحاسوب، ويُدوَّن ما يغادره لتراه.</translation>
        </message>
        <message>
            <source>Press it now</source>
            <translation>اضغطه الآن</translation>
        </message>
        <message>
            <source>Press it now, from here or from any other window.</source>
            <translation>اضغطه الآن، من هنا أو من أي نافذة أخرى.</translation>
        </message>
        <message>
            <source>Press it now: {title}</source>
            <translation>اضغطه الآن: {title}</translation>
        </message>
        <message>
            <source>Press the keys, or Escape to keep what was. If nothing happens, another program has them: press others.</source>
            <translation>اضغط المفاتيح، أو Escape للإبقاء على ما كان. إن لم يحدث شيء فهي لدى برنامج آخر: اضغط غيرها.</translation>
        </message>
        <message>
            <source>Press the keys…</source>
            <translation>اضغط المفاتيح…</translation>
        </message>
        <message>
            <source>Press the new keys, or Escape to keep the old ones. If nothing happens, another program has them: press others.</source>
            <translation>اضغط المفاتيح الجديدة، أو Escape للإبقاء على القديمة. إن لم يحدث شيء فهي لدى برنامج آخر: اضغط غيرها.</translation>
        </message>
        <message>
            <source>Press {chord} anywhere, or use the button.</source>
            <translation>اضغط {chord} في أي مكان، أو استعمل الزر.</translation>
        </message>
        <message>
            <source>Previous conversation in the list</source>
            <translation>المحادثة السابقة في القائمة</translation>
        </message>
        <message>
            <source>Price</source>
            <translation>السعر</translation>
        </message>
        <message>
            <source>Price in</source>
            <translation>سعر الإدخال</translation>
        </message>
        <message>
            <source>Price out</source>
            <translation>سعر الإخراج</translation>
        </message>
        <message>
            <source>Privacy</source>
            <translation>الخصوصية</translation>
        </message>
        <message>
            <source>Private key</source>
            <translation>مفتاح خاص</translation>
        </message>
        <message>
            <source>Private keys</source>
            <translation>المفاتيح الخاصة</translation>
        </message>
        <message>
            <source>Process {number} was started.</source>
            <translation>بدأت العملية {number}.</translation>
        </message>
        <message>
            <source>Program or address found</source>
            <translation>عُثر على البرنامج أو العنوان</translation>
        </message>
        <message>
            <source>Programs cannot hold a key combination in this Wayland session.</source>
            <translation>لا تستطيع البرامج حجز تركيبة مفاتيح في جلسة Wayland هذه.</translation>
        </message>
        <message>
            <source>Progress</source>
            <translation>التقدم</translation>
        </message>
        <message>
            <source>Project Nightingale</source>
            <translation>مشروع العندليب</translation>
        </message>
        <message>
            <source>Prompt</source>
            <translation>السؤال</translation>
        </message>
        <message>
            <source>Prompt for every picture</source>
            <translation>السؤال لكل صورة</translation>
        </message>
        <message>
            <source>Prompt for every row</source>
            <translation>السؤال لكل صف</translation>
        </message>
        <message>
            <source>Prompts</source>
            <translation>الأسئلة السريعة</translation>
        </message>
        <message>
            <source>Prompts (*.md *.zip)</source>
            <translation>أسئلة سريعة (*.md *.zip)</translation>
        </message>
        <message>
            <source>Protocol spoken</source>
            <translation>جرى التحدث بالبروتوكول</translation>
        </message>
        <message>
            <source>Provider</source>
            <translation>المزوّد</translation>
        </message>
        <message>
            <source>Provider: {name}</source>
            <translation>المزوّد: {name}</translation>
        </message>
        <message>
            <source>Proxy</source>
            <translation>الوكيل</translation>
        </message>
        <message>
            <source>Public keys that it must be signed by</source>
            <translation>المفاتيح العامة التي يجب أن تُوقَّع بها</translation>
        </message>
        <message>
            <source>Put into the question</source>
            <translation>وضعه في السؤال</translation>
        </message>
        <message>
            <source>Put it there.</source>
            <translation>ضعه هناك.</translation>
        </message>
        <message>
            <source>Put question {place} back into the field</source>
            <translation>إعادة السؤال {place} إلى الخانة</translation>
        </message>
        <message>
            <source>Put the key or token it wants into headers, as Authorization.</source>
            <translation>ضع المفتاح أو الرمز الذي يطلبه في الترويسات باسم Authorization.</translation>
        </message>
        <message>
            <source>Put the value of {name} into an environment variable and write ${{{name}}}, or keep it in the file: every program of yours can read it there.</source>
            <translation>ضع قيمة {name} في متغير بيئة واكتب ‎${{{name}}}‎، أو أبقها في الملف: حيث يستطيع كل برنامج من برامجك قراءتها.</translation>
        </message>
        <message>
            <source>Put this message away</source>
            <translation>إغلاق هذه الرسالة</translation>
        </message>
        <message>
            <source>Put what it means under "$defs", and refer to it as "#/$defs/NAME".</source>
            <translation>ضع ما يعنيه تحت ⁦"$defs"⁩، وأحِل إليه بـ ⁦"#/$defs/NAME"⁩.</translation>
        </message>
        <message>
            <source>PySide6 asks for exactly this version of Qt. For another one, replace the libraries of PySide6 and Shiboken, too: they are in the folders PySide6 and shiboken6.</source>
            <translation>تتطلب PySide6 هذا الإصدار من Qt بعينه. ولإصدار آخر استبدل مكتبات PySide6 وShiboken أيضًا: وهي في المجلدين PySide6 وshiboken6.</translation>
        </message>
        <message>
            <source>Question</source>
            <translation>السؤال</translation>
        </message>
        <message>
            <source>Questions that are asked with one click, from the selection, the tray or with keys of their own. Type a slash to choose one while you write.</source>
            <translation>أسئلة تُطرح بنقرة واحدة، من التحديد أو من شريط النظام أو بمفاتيح خاصة بها. اكتب شرطة مائلة لاختيار واحد أثناء الكتابة.</translation>
        </message>
        <message>
            <source>Questions that wait</source>
            <translation>أسئلة في الانتظار</translation>
        </message>
        <message>
            <source>Queue</source>
            <translation>إلى الطابور</translation>
        </message>
        <message>
            <source>Quick prompts</source>
            <translation>أسئلة سريعة</translation>
        </message>
        <message>
            <source>Quick prompts, in an empty field</source>
            <translation>أسئلة سريعة، في خانة فارغة</translation>
        </message>
        <message>
            <source>Quit</source>
            <translation>إنهاء</translation>
        </message>
        <message>
            <source>Quit it, then try again.</source>
            <translation>أنهِه ثم حاول مجددًا.</translation>
        </message>
        <message>
            <source>Quote in the question</source>
            <translation>الاقتباس في السؤال</translation>
        </message>
        <message>
            <source>Quote what is selected</source>
            <translation>اقتباس المحدد</translation>
        </message>
        <message>
            <source>Raise the budget in Settings, Spending, and begin again.</source>
            <translation>ارفع الميزانية في الإعدادات، الإنفاق، ثم ابدأ مجددًا.</translation>
        </message>
        <message>
            <source>RapidOCR, its PP-OCR models</source>
            <translation type="vanished">RapidOCR ونماذجه PP-OCR</translation>
        </message>
        <message>
            <source>Raw answer</source>
            <translation>الإجابة الخام</translation>
        </message>
        <message>
            <source>Raw row</source>
            <translation>الصف الخام</translation>
        </message>
        <message>
            <source>Read a file</source>
            <translation>قراءة ملف</translation>
        </message>
        <message>
            <source>Read anew</source>
            <translation>قُرئ من جديد</translation>
        </message>
        <message>
            <source>Read as {value}</source>
            <translation>قُرئت {value}</translation>
        </message>
        <message>
            <source>Read from the cache</source>
            <translation type="vanished">قُرئ من الذاكرة المؤقتة</translation>
        </message>
        <message>
            <source>Read from the cache this month</source>
            <translation>قُرئ من الذاكرة المؤقتة هذا الشهر</translation>
        </message>
        <message>
            <source>Read the clipboard</source>
            <translation>قراءة الحافظة</translation>
        </message>
        <message>
            <source>Read the text in pictures</source>
            <translation>قراءة النص في الصور</translation>
        </message>
        <message>
            <source>Reader</source>
            <translation>قارئ النص</translation>
        </message>
        <message>
            <source>Reading</source>
            <translation>القراءة</translation>
        </message>
        <message>
            <source>Reading the backup…</source>
            <translation>تُقرأ النسخة الاحتياطية…</translation>
        </message>
        <message>
            <source>Reading the fields…</source>
            <translation>تجري قراءة الحقول…</translation>
        </message>
        <message>
            <source>Reading the picture on this computer</source>
            <translation>تُقرأ الصورة على هذا الحاسوب</translation>
        </message>
        <message>
            <source>Reading the picture…</source>
            <translation>تجري قراءة الصورة…</translation>
        </message>
        <message>
            <source>Reading the rows broke off.</source>
            <translation>انقطعت قراءة الصفوف.</translation>
        </message>
        <message>
            <source>Reading the table…</source>
            <translation>تجري قراءة الجدول…</translation>
        </message>
        <message>
            <source>Reading verdicts…</source>
            <translation>تجري قراءة الأحكام…</translation>
        </message>
        <message>
            <source>Reading what goes along…  Esc cancels</source>
            <translation>تجري قراءة ما يُرسل مع السؤال…  Esc للإلغاء</translation>
        </message>
        <message>
            <source>Reading…</source>
            <translation>تجري القراءة…</translation>
        </message>
        <message numerus="yes">
            <source>Reading… {n} fields</source>
            <extracomment>Reading… 1 field</extracomment>
            <translation>
                <numerusform>تجري القراءة… {n} حقل</numerusform>
                <numerusform>تجري القراءة… حقل واحد</numerusform>
                <numerusform>تجري القراءة… حقلان</numerusform>
                <numerusform>تجري القراءة… {n} حقول</numerusform>
                <numerusform>تجري القراءة… {n} حقلًا</numerusform>
                <numerusform>تجري القراءة… {n} حقل</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Reading… {n} rows</source>
            <extracomment>Reading… 1 row</extracomment>
            <translation>
                <numerusform>تجري القراءة… {n} صف</numerusform>
                <numerusform>تجري القراءة… صف واحد</numerusform>
                <numerusform>تجري القراءة… صفان</numerusform>
                <numerusform>تجري القراءة… {n} صفوف</numerusform>
                <numerusform>تجري القراءة… {n} صفًا</numerusform>
                <numerusform>تجري القراءة… {n} صف</numerusform>
            </translation>
        </message>
        <message>
            <source>Reads a file: text, picture or PDF.</source>
            <translation>تقرأ ملفًا: نصًا أو صورة أو PDF.</translation>
        </message>
        <message>
            <source>Reads the text in a capture without any network. No key needed.</source>
            <translation>يقرأ النص في اللقطة بلا أي شبكة. لا حاجة إلى مفتاح.</translation>
        </message>
        <message>
            <source>Reads what you have copied: text or a picture.</source>
            <translation>تقرأ ما نسختَه: نصًا أو صورة.</translation>
        </message>
        <message>
            <source>Reasoning</source>
            <translation>التفكير</translation>
        </message>
        <message>
            <source>Recall</source>
            <translation>الاستدعاء</translation>
        </message>
        <message>
            <source>Receipt</source>
            <translation>الإيصال</translation>
        </message>
        <message>
            <source>Recent</source>
            <translation>الأخيرة</translation>
        </message>
        <message>
            <source>Recently deleted</source>
            <translation>المحذوفة حديثًا</translation>
        </message>
        <message>
            <source>Red</source>
            <translation>أحمر</translation>
        </message>
        <message>
            <source>Redo</source>
            <translation>إعادة</translation>
        </message>
        <message>
            <source>Redo (Ctrl+Shift+Z)</source>
            <translation>إعادة (Ctrl+Shift+Z)</translation>
        </message>
        <message>
            <source>Refused</source>
            <translation>امتنع عنه</translation>
        </message>
        <message>
            <source>Regenerate it with another model</source>
            <translation>إعادة توليدها بنموذج آخر</translation>
        </message>
        <message>
            <source>Regenerate it with another model…</source>
            <translation>إعادة توليدها بنموذج آخر…</translation>
        </message>
        <message>
            <source>Regenerate the last answer</source>
            <translation>إعادة توليد آخر إجابة</translation>
        </message>
        <message>
            <source>Region {number}, {width} × {height} pixels. Remove it</source>
            <translation>المنطقة {number}، {width} × {height} بكسل. إزالتها</translation>
        </message>
        <message>
            <source>Regions for this question</source>
            <translation>المناطق لهذا السؤال</translation>
        </message>
        <message>
            <source>Release: take it</source>
            <translation>أفلِت: اعتمادها</translation>
        </message>
        <message>
            <source>Reload</source>
            <translation>إعادة التحميل</translation>
        </message>
        <message>
            <source>Remark</source>
            <translation>ملحوظة</translation>
        </message>
        <message>
            <source>Remove</source>
            <translation>إزالة</translation>
        </message>
        <message>
            <source>Remove it</source>
            <translation>إزالتها</translation>
        </message>
        <message>
            <source>Remove its permissions</source>
            <translation>إزالة أذوناتها</translation>
        </message>
        <message>
            <source>Remove picture</source>
            <translation>إزالة الصورة</translation>
        </message>
        <message>
            <source>Remove question {place}</source>
            <translation>إزالة السؤال {place}</translation>
        </message>
        <message>
            <source>Remove region {number}</source>
            <translation>إزالة المنطقة {number}</translation>
        </message>
        <message>
            <source>Remove that line, then change the setting again.</source>
            <translation>أزل ذلك السطر، ثم غيّر الإعداد مجددًا.</translation>
        </message>
        <message>
            <source>Remove the job</source>
            <translation>إزالة المهمة</translation>
        </message>
        <message>
            <source>Remove the key</source>
            <translation>إزالة المفتاح</translation>
        </message>
        <message>
            <source>Remove the key from the keychain? It can be pasted again.</source>
            <translation>هل يُزال المفتاح من سلسلة المفاتيح؟ يمكن لصقه مجددًا.</translation>
        </message>
        <message>
            <source>Remove the key of this server</source>
            <translation>إزالة مفتاح هذا الخادم</translation>
        </message>
        <message>
            <source>Remove the keys</source>
            <translation>إزالة المفاتيح</translation>
        </message>
        <message>
            <source>Remove the keys: {title}</source>
            <translation>إزالة المفاتيح: {title}</translation>
        </message>
        <message>
            <source>Remove the server and add it again with its secret.</source>
            <translation>أزل الخادم ثم أضفه مجددًا مع سره.</translation>
        </message>
        <message>
            <source>Remove the text to ask about</source>
            <translation>إزالة النص المسؤول عنه</translation>
        </message>
        <message>
            <source>Remove the {title} key</source>
            <translation>إزالة مفتاح {title}</translation>
        </message>
        <message>
            <source>Remove this row</source>
            <translation>إزالة هذا السطر</translation>
        </message>
        <message>
            <source>Remove {job} ({name}) with {answers} answers? [y/N]</source>
            <translation>إزالة {job} ({name}) مع إجاباتها ({answers})؟ [y/N]</translation>
        </message>
        <message>
            <source>Remove {name}</source>
            <translation>إزالة {name}</translation>
        </message>
        <message>
            <source>Remove {name}? The secrets that were kept for it go, too.</source>
            <translation>إزالة {name}؟ تُزال معه الأسرار المحفوظة له.</translation>
        </message>
        <message>
            <source>Remove {what}</source>
            <translation>إزالة {what}</translation>
        </message>
        <message>
            <source>Remove “{job}”?</source>
            <translation>إزالة «{job}»؟</translation>
        </message>
        <message>
            <source>Removed</source>
            <translation>أُزيل</translation>
        </message>
        <message>
            <source>Remove…</source>
            <translation>إزالة…</translation>
        </message>
        <message>
            <source>Rename</source>
            <translation>إعادة التسمية</translation>
        </message>
        <message>
            <source>Rename, in the list</source>
            <translation>إعادة التسمية، في القائمة</translation>
        </message>
        <message>
            <source>Replace Qt</source>
            <translation>استبدال Qt</translation>
        </message>
        <message>
            <source>Replace key…</source>
            <translation>استبدال المفتاح…</translation>
        </message>
        <message>
            <source>Replace mine</source>
            <translation>استبدال ما لدي</translation>
        </message>
        <message>
            <source>Reply</source>
            <translation>اكتب ردًا</translation>
        </message>
        <message>
            <source>Request id: {id}</source>
            <translation>معرّف الطلب: {id}</translation>
        </message>
        <message>
            <source>Requests go to {address}, from the environment.</source>
            <translation>تذهب الطلبات إلى {address}، من متغيرات البيئة.</translation>
        </message>
        <message>
            <source>Requests, newest first</source>
            <translation>الطلبات، الأحدث أولًا</translation>
        </message>
        <message>
            <source>Restore</source>
            <translation>استعادة</translation>
        </message>
        <message>
            <source>Restore another one; nothing was changed.</source>
            <translation>استعد غيرها؛ لم يتغير شيء.</translation>
        </message>
        <message>
            <source>Restore it instead; nothing was imported.</source>
            <translation>استعدها بدلًا من ذلك؛ لم يُستورد شيء.</translation>
        </message>
        <message>
            <source>Restore the one from Kireji</source>
            <translation>استعادة نسخة Kireji</translation>
        </message>
        <message>
            <source>Restore this backup</source>
            <translation>استعادة هذه النسخة</translation>
        </message>
        <message numerus="yes">
            <source>Restore {n} conversations</source>
            <extracomment>Restore</extracomment>
            <translation>
                <numerusform>استعادة {n} محادثة</numerusform>
                <numerusform>استعادة</numerusform>
                <numerusform>استعادة محادثتين</numerusform>
                <numerusform>استعادة {n} محادثات</numerusform>
                <numerusform>استعادة {n} محادثة</numerusform>
                <numerusform>استعادة {n} محادثة</numerusform>
            </translation>
        </message>
        <message>
            <source>Restore…</source>
            <translation>استعادة…</translation>
        </message>
        <message>
            <source>Restoring…</source>
            <translation>تجري الاستعادة…</translation>
        </message>
        <message>
            <source>Result</source>
            <translation>النتيجة</translation>
        </message>
        <message>
            <source>Result of a tool</source>
            <translation>نتيجة أداة</translation>
        </message>
        <message>
            <source>Results</source>
            <translation>النتائج</translation>
        </message>
        <message>
            <source>Results of a job</source>
            <translation>نتائج مهمة</translation>
        </message>
        <message>
            <source>Resume</source>
            <translation>استئناف</translation>
        </message>
        <message>
            <source>Retry failed</source>
            <translation>إعادة محاولة ما أخفق</translation>
        </message>
        <message numerus="yes">
            <source>Retry the {n} rows that failed</source>
            <extracomment>Retry the row that failed</extracomment>
            <translation>
                <numerusform>إعادة محاولة {n} صف أخفق</numerusform>
                <numerusform>إعادة محاولة الصف الذي أخفق</numerusform>
                <numerusform>إعادة محاولة الصفين اللذين أخفقا</numerusform>
                <numerusform>إعادة محاولة {n} صفوف أخفقت</numerusform>
                <numerusform>إعادة محاولة {n} صفًا أخفقت</numerusform>
                <numerusform>إعادة محاولة {n} صف أخفق</numerusform>
            </translation>
        </message>
        <message>
            <source>Retry those that failed, or add a new job.</source>
            <translation>أعد محاولة ما أخفق، أو أضف مهمة جديدة.</translation>
        </message>
        <message>
            <source>Reuse results of earlier jobs</source>
            <translation>استعمال نتائج مهام سابقة</translation>
        </message>
        <message>
            <source>Review</source>
            <translation>المراجعة</translation>
        </message>
        <message>
            <source>Review code</source>
            <translation>راجع الكود</translation>
        </message>
        <message>
            <source>Review of {name}</source>
            <translation>مراجعة {name}</translation>
        </message>
        <message>
            <source>Review the code that is shown. Name each problem in order of harm: what is wrong, where (quote the line), what happens because of it, and the exact change that mends it. Look for mistakes, unhandled cases, security holes and races first, then for what makes it hard to read. Do not praise, and do not name matters of taste. If you find no problem, say so in one sentence. Say so where the code is cut off and you cannot tell.</source>
            <translation>راجع الكود المعروض. اذكر كل مشكلة بترتيب الضرر: ما الخطأ، وأين (اقتبس السطر)، وما الذي يترتب عليه، والتعديل الدقيق الذي يصلحه. ابحث أولًا عن الأخطاء والحالات غير المعالَجة والثغرات الأمنية وحالات التسابق، ثم عمّا يصعّب القراءة. لا تمدح، ولا تذكر مسائل الذوق. وإن لم تجد مشكلة فقل ذلك في جملة واحدة. وحيث يكون الكود مقطوعًا فلا يمكنك الحكم، قل ذلك.</translation>
        </message>
        <message>
            <source>Review the verdicts</source>
            <translation>مراجعة الأحكام</translation>
        </message>
        <message>
            <source>Review verdicts</source>
            <translation>مراجعة الأحكام</translation>
        </message>
        <message>
            <source>Revoke</source>
            <translation>سحب</translation>
        </message>
        <message>
            <source>Revoke: {tool}, {what}</source>
            <translation>سحب: {tool}، {what}</translation>
        </message>
        <message>
            <source>Rewrite the selection</source>
            <translation>أعد صياغة التحديد</translation>
        </message>
        <message>
            <source>Rewrite the text below so that it is the same text {{style}}. Keep its language, its meaning, its names, numbers and links, and its line breaks where they carry meaning. Add nothing that is not in it. Write the new text alone, without a word about what you have changed.

{{text}}</source>
            <translation>أعد صياغة النص أدناه ليصير النص نفسه {{style}}. حافظ على لغته ومعناه وأسمائه وأرقامه وروابطه، وعلى فواصل أسطره حيث تحمل معنى. لا تضف ما ليس فيه. اكتب النص الجديد وحده، دون كلمة عما غيّرته.

{{text}}</translation>
        </message>
        <message>
            <source>Row</source>
            <translation>الصف</translation>
        </message>
        <message>
            <source>Row in full</source>
            <translation>الصف كاملًا</translation>
        </message>
        <message>
            <source>Row under review</source>
            <translation>الصف قيد المراجعة</translation>
        </message>
        <message>
            <source>Row {number}</source>
            <translation>الصف {number}</translation>
        </message>
        <message>
            <source>Row {number} cost {cost}, at full price. Its answer counts; it is not asked again.</source>
            <translation>كلّف الصف {number} مبلغ {cost}، بالسعر الكامل. تُحتسب إجابته؛ ولا يُسأل عنه مجددًا.</translation>
        </message>
        <message>
            <source>Row {number} has no verdict that could be accepted.</source>
            <translation>ليس للصف {number} حكم يمكن قبوله.</translation>
        </message>
        <message>
            <source>Row {number} has nothing that could be decided about.</source>
            <translation>ليس في الصف {number} ما يُبتّ فيه.</translation>
        </message>
        <message>
            <source>Row {number} was decided elsewhere meanwhile.</source>
            <translation>بُتّ في الصف {number} في مكان آخر في الأثناء.</translation>
        </message>
        <message>
            <source>Row {row}: {read} tokens read, {written} written, {cost}.</source>
            <translation>الصف {row}: قُرئ {read} من الرموز، وكُتب {written}، {cost}.</translation>
        </message>
        <message>
            <source>Rows</source>
            <translation>الصفوف</translation>
        </message>
        <message>
            <source>Rows are labels, columns are verdicts.</source>
            <translation>الصفوف هي الوسوم، والأعمدة هي الأحكام.</translation>
        </message>
        <message>
            <source>Rows are labels, columns are verdicts. {right} they agree, {wrong} they do not.</source>
            <translation>الصفوف هي الوسوم، والأعمدة هي الأحكام. {right} يتفقان، {wrong} لا يتفقان.</translation>
        </message>
        <message>
            <source>Rows of a job</source>
            <translation>صفوف مهمة</translation>
        </message>
        <message>
            <source>Rows of job {job} have not ended.</source>
            <translation>لم تنتهِ صفوف في المهمة {job}.</translation>
        </message>
        <message>
            <source>Rows that were asked exactly so before get that answer again, and cost nothing.</source>
            <translation>الصفوف التي سُئل عنها هكذا تمامًا من قبل تحصل على الإجابة نفسها، ولا تكلّف شيئًا.</translation>
        </message>
        <message>
            <source>Rows {first} to {last}</source>
            <translation>الصفوف {first} إلى {last}</translation>
        </message>
        <message>
            <source>Run a command</source>
            <translation>تشغيل أمر</translation>
        </message>
        <message>
            <source>Run it again.</source>
            <translation>شغّلها مرة أخرى.</translation>
        </message>
        <message>
            <source>Run it all the same</source>
            <translation>تشغيلها رغم ذلك</translation>
        </message>
        <message>
            <source>Run it anyway (on the command line with --yes), or choose another model.</source>
            <translation>شغّلها رغم ذلك (في سطر الأوامر مع ‎--yes)، أو اختر نموذجًا آخر.</translation>
        </message>
        <message>
            <source>Run the last prompt on many rows</source>
            <translation>طرح آخر سؤال على صفوف كثيرة</translation>
        </message>
        <message>
            <source>Run the last prompt on…</source>
            <translation>طرح آخر سؤال على…</translation>
        </message>
        <message>
            <source>Run this prompt on…</source>
            <translation>طرح هذا السؤال على…</translation>
        </message>
        <message>
            <source>Running: {tool}</source>
            <translation>قيد التشغيل: {tool}</translation>
        </message>
        <message>
            <source>Runs a command line in your shell. You see it before it runs.</source>
            <translation>تشغّل سطر أوامر في الصدفة لديك. وتراه قبل تشغيله.</translation>
        </message>
        <message>
            <source>SHA-256 of the bytes</source>
            <translation>SHA-256 للبايتات</translation>
        </message>
        <message>
            <source>Save</source>
            <translation>حفظ</translation>
        </message>
        <message>
            <source>Save as version {version}</source>
            <translation>حفظ كإصدار {version}</translation>
        </message>
        <message>
            <source>Save as…</source>
            <translation>حفظ باسم…</translation>
        </message>
        <message>
            <source>Save decision</source>
            <translation>حفظ القرار</translation>
        </message>
        <message>
            <source>Save it as UTF-8.</source>
            <translation>احفظه بترميز UTF-8.</translation>
        </message>
        <message>
            <source>Save it as a PDF and attach that.</source>
            <translation>احفظه بصيغة PDF وأرفقه.</translation>
        </message>
        <message>
            <source>Save it as a file first.</source>
            <translation>احفظه ملفًا أولًا.</translation>
        </message>
        <message>
            <source>Save it without one.</source>
            <translation>احفظه بدونها.</translation>
        </message>
        <message>
            <source>Save nothing</source>
            <translation>عدم حفظ شيء</translation>
        </message>
        <message>
            <source>Save or download it again.</source>
            <translation>احفظه أو نزّله مرة أخرى.</translation>
        </message>
        <message>
            <source>Save the picture</source>
            <translation>حفظ الصورة</translation>
        </message>
        <message>
            <source>Save the picture as a file (Ctrl+S)</source>
            <translation>حفظ الصورة في ملف (Ctrl+S)</translation>
        </message>
        <message>
            <source>Save the prompt</source>
            <translation>حفظ السؤال السريع</translation>
        </message>
        <message>
            <source>Save the result</source>
            <translation>حفظ النتيجة</translation>
        </message>
        <message>
            <source>Save the table</source>
            <translation>حفظ الجدول</translation>
        </message>
        <message>
            <source>Save the table as CSV UTF-8.</source>
            <translation>احفظ الجدول بصيغة CSV UTF-8.</translation>
        </message>
        <message>
            <source>Save what is written here over the file</source>
            <translation>حفظ المكتوب هنا فوق الملف</translation>
        </message>
        <message>
            <source>Save, save as</source>
            <translation>حفظ، حفظ باسم</translation>
        </message>
        <message>
            <source>Save, still version {version}</source>
            <translation>حفظ، والإصدار يبقى {version}</translation>
        </message>
        <message>
            <source>Saved as {file}.</source>
            <translation>حُفظت باسم {file}.</translation>
        </message>
        <message>
            <source>Saved as {path}.</source>
            <translation>حُفظ باسم ⁦{path}⁩.</translation>
        </message>
        <message>
            <source>Saved, it stands in the place of the one of this name from Kireji, which can be restored.</source>
            <translation>إذا حُفظت حلّت محل السياسة التي بهذا الاسم من Kireji، ويمكن استعادة تلك.</translation>
        </message>
        <message>
            <source>Save…</source>
            <translation>حفظ…</translation>
        </message>
        <message>
            <source>Saving…</source>
            <translation>يجري الحفظ…</translation>
        </message>
        <message>
            <source>Say how it is reached: its command, or its address.</source>
            <translation>حدّد كيف يُوصَل إليه: أمره أو عنوانه.</translation>
        </message>
        <message>
            <source>Say into which, such as English or de.</source>
            <translation>حدّد اللغة، مثل الإنجليزية أو de.</translation>
        </message>
        <message>
            <source>Say what a check takes</source>
            <translation>عرض ما يتطلبه التحقق</translation>
        </message>
        <message>
            <source>Schema of what is wanted, as JSON</source>
            <translation>مخطط المطلوب بصيغة JSON</translation>
        </message>
        <message>
            <source>Screen</source>
            <translation>الشاشة</translation>
        </message>
        <message>
            <source>Screens are at (x,y,width,height): {shown}.</source>
            <translation>الشاشات عند (x,y,العرض,الارتفاع): {shown}.</translation>
        </message>
        <message>
            <source>Search</source>
            <translation>البحث</translation>
        </message>
        <message>
            <source>Search earlier conversations</source>
            <translation>البحث في المحادثات السابقة</translation>
        </message>
        <message>
            <source>Search everything</source>
            <translation>البحث في كل شيء</translation>
        </message>
        <message>
            <source>Search everything…</source>
            <translation>ابحث في كل شيء…</translation>
        </message>
        <message>
            <source>Search files</source>
            <translation>البحث عن ملفات</translation>
        </message>
        <message>
            <source>Search in files</source>
            <translation>البحث في الملفات</translation>
        </message>
        <message>
            <source>Search in what goes along</source>
            <translation>البحث فيما يُرسل مع السؤال</translation>
        </message>
        <message>
            <source>Search models</source>
            <translation>البحث في النماذج</translation>
        </message>
        <message>
            <source>Search results</source>
            <translation>نتائج البحث</translation>
        </message>
        <message>
            <source>Search the help</source>
            <translation>البحث في المساعدة</translation>
        </message>
        <message>
            <source>Search the help…</source>
            <translation>ابحث في المساعدة…</translation>
        </message>
        <message>
            <source>Search the parts</source>
            <translation>البحث في المكوّنات</translation>
        </message>
        <message>
            <source>Second picture</source>
            <translation>الصورة الثانية</translation>
        </message>
        <message>
            <source>Secret</source>
            <translation>سري</translation>
        </message>
        <message>
            <source>See all</source>
            <translation>عرض الكل</translation>
        </message>
        <message>
            <source>See all of it in the main window</source>
            <translation>عرضه كاملًا في النافذة الرئيسية</translation>
        </message>
        <message>
            <source>See one answer before the rest: at full price, and not asked again.</source>
            <translation>انظر إجابة واحدة قبل البقية: بالسعر الكامل، ولا يُسأل عنها مجددًا.</translation>
        </message>
        <message>
            <source>See what it wrote on its standard error.</source>
            <translation>انظر ما كتبه على خرج الأخطاء القياسي.</translation>
        </message>
        <message>
            <source>See which there are with: kireji mcp list</source>
            <translation>اعرض الموجود بالأمر: kireji mcp list</translation>
        </message>
        <message>
            <source>Select a passage of an answer first, then quote it.</source>
            <translation>حدّد مقطعًا من إجابة أولًا، ثم اقتبسه.</translation>
        </message>
        <message>
            <source>Select all</source>
            <translation>تحديد الكل</translation>
        </message>
        <message>
            <source>Select some text in any program, then ask again.</source>
            <translation>حدّد نصًا في أي برنامج ثم اسأل مرة أخرى.</translation>
        </message>
        <message>
            <source>Send</source>
            <translation>إرسال</translation>
        </message>
        <message>
            <source>Send again</source>
            <translation>إعادة الإرسال</translation>
        </message>
        <message>
            <source>Send anyway</source>
            <translation>الإرسال رغم ذلك</translation>
        </message>
        <message>
            <source>Send hidden</source>
            <translation>الإرسال مع الإخفاء</translation>
        </message>
        <message>
            <source>Send it</source>
            <translation>الإرسال</translation>
        </message>
        <message>
            <source>Send it anyway (on the command line with --yes), or choose another model.</source>
            <translation>أرسله رغم ذلك (في سطر الأوامر مع ⁦--yes⁩)، أو اختر نموذجًا آخر.</translation>
        </message>
        <message>
            <source>Send it anyway, or choose another model.</source>
            <translation type="vanished">أرسله رغم ذلك، أو اختر نموذجًا آخر.</translation>
        </message>
        <message>
            <source>Send it as it is</source>
            <translation>الإرسال كما هو</translation>
        </message>
        <message>
            <source>Send question {place} anyway: {words}</source>
            <translation>إرسال السؤال {place} رغم ذلك: {words}</translation>
        </message>
        <message>
            <source>Send the question although its price is unknown</source>
            <translation>إرسال السؤال مع أن سعره غير معروف</translation>
        </message>
        <message>
            <source>Send them again?</source>
            <translation>إعادة إرسالها؟</translation>
        </message>
        <message>
            <source>Send what could not be looked into?</source>
            <translation>إرسال ما تعذر النظر فيه؟</translation>
        </message>
        <message numerus="yes">
            <source>Send {n} uncertain rows again</source>
            <extracomment>Send the uncertain row again</extracomment>
            <translation>
                <numerusform>إعادة إرسال {n} صف غير مؤكد</numerusform>
                <numerusform>إعادة إرسال الصف غير المؤكد</numerusform>
                <numerusform>إعادة إرسال صفين غير مؤكدين</numerusform>
                <numerusform>إعادة إرسال {n} صفوف غير مؤكدة</numerusform>
                <numerusform>إعادة إرسال {n} صفًا غير مؤكد</numerusform>
                <numerusform>إعادة إرسال {n} صف غير مؤكد</numerusform>
            </translation>
        </message>
        <message>
            <source>Send; while an answer streams: queue</source>
            <translation>إرسال؛ وأثناء تدفق إجابة: إلى الطابور</translation>
        </message>
        <message>
            <source>Sending the question</source>
            <translation>يجري إرسال السؤال</translation>
        </message>
        <message>
            <source>Sends what would be asked to the service, which counts it and charges nothing.</source>
            <translation>يرسل ما سيُسأل إلى الخدمة، فتعدّه ولا تتقاضى شيئًا.</translation>
        </message>
        <message>
            <source>Sent as it is, everything in it can be seen; nothing has left yet.</source>
            <translation>إن أُرسلت كما هي أمكن رؤية كل ما فيها؛ ولم يغادر شيء بعد.</translation>
        </message>
        <message>
            <source>Sent to</source>
            <translation>أُرسل إلى</translation>
        </message>
        <message>
            <source>Sent together to a batch service</source>
            <translation>تُرسل معًا إلى خدمة دفعات</translation>
        </message>
        <message>
            <source>Sent without being looked through: {names}.</source>
            <translation>أُرسل دون فحص: {names}.</translation>
        </message>
        <message>
            <source>Server started</source>
            <translation>بدأ الخادم</translation>
        </message>
        <message>
            <source>Service</source>
            <translation>الخدمة</translation>
        </message>
        <message>
            <source>Services get [MAIL_1] in the place of an address, and solid boxes in the place of what pictures show. In answers you read what was there. “Ask first” shows you what was found.</source>
            <translation>تحصل الخدمات على [MAIL_1] مكان العنوان، وعلى مستطيلات مصمتة مكان ما تعرضه الصور. وفي الإجابات تقرأ ما كان هناك. ويعرض عليك «اسأل أولًا» ما عُثر عليه.</translation>
        </message>
        <message>
            <source>Set a corner; while dragging: move the whole</source>
            <translation>تثبيت زاوية؛ وأثناء السحب: تحريك الكل</translation>
        </message>
        <message>
            <source>Set a key (kireji keys set anthropic), or start a model server.</source>
            <translation>عيّن مفتاحًا (kireji keys set anthropic)، أو شغّل خادم نماذج.</translation>
        </message>
        <message>
            <source>Set a number</source>
            <translation>وضع رقم</translation>
        </message>
        <message>
            <source>Set both or neither: an address from the environment gets no stored key.</source>
            <translation>عيّن الاثنين أو لا شيء: العنوان القادم من البيئة لا يُعطى مفتاحًا محفوظًا.</translation>
        </message>
        <message>
            <source>Set it before Kireji starts, or write ${{{name}:-default}}.</source>
            <translation>عيّنه قبل بدء Kireji، أو اكتب ‎${{{name}:-default}}‎.</translation>
        </message>
        <message>
            <source>Set keys…</source>
            <translation>تعيين المفاتيح…</translation>
        </message>
        <message>
            <source>Set the key as an environment variable.</source>
            <translation>عيّن المفتاح متغيرَ بيئة.</translation>
        </message>
        <message>
            <source>Set {name} in the section [{section}] by hand.</source>
            <translation>عيّن {name} في القسم [{section}] يدويًا.</translation>
        </message>
        <message>
            <source>Set {variables} in the environment instead.</source>
            <translation>عيّن {variables} في البيئة بدلًا من ذلك.</translation>
        </message>
        <message>
            <source>Settings</source>
            <translation>الإعدادات</translation>
        </message>
        <message>
            <source>Settings and the list of servers</source>
            <translation>الإعدادات وقائمة الخوادم</translation>
        </message>
        <message>
            <source>Settings of tools…</source>
            <translation>إعدادات الأدوات…</translation>
        </message>
        <message>
            <source>Settings page</source>
            <translation>صفحة الإعدادات</translation>
        </message>
        <message>
            <source>Settings, tools or the program have changed since, a stop text went along, or a box was taken away.</source>
            <translation>تغيّرت الإعدادات أو الأدوات أو البرنامج منذ ذلك الحين، أو أُرسل معه نص إيقاف، أو أُزيل مستطيل.</translation>
        </message>
        <message>
            <source>Several conversations do not fit into one file.</source>
            <translation>لا تتسع ملف واحد لعدة محادثات.</translation>
        </message>
        <message>
            <source>Several prompts go into one archive, so its name ends in .zip.</source>
            <translation>توضع عدة أسئلة سريعة في أرشيف واحد، فينتهي اسمه بـ ⁦.zip⁩.</translation>
        </message>
        <message>
            <source>Shortcuts</source>
            <translation>الاختصارات</translation>
        </message>
        <message>
            <source>Shortcuts are paused. Resume them from the tray menu.</source>
            <translation>الاختصارات موقوفة مؤقتًا. استأنفها من قائمة الشريط.</translation>
        </message>
        <message>
            <source>Shorten it.</source>
            <translation>قصّره.</translation>
        </message>
        <message>
            <source>Shortened on the picture, for lack of room</source>
            <translation>مختصرة على الصورة لضيق المكان</translation>
        </message>
        <message>
            <source>Show all</source>
            <translation>عرض الكل</translation>
        </message>
        <message>
            <source>Show all ({count} more characters)</source>
            <translation>عرض الكل ({count} من المحارف الأخرى)</translation>
        </message>
        <message>
            <source>Show all jobs</source>
            <translation>عرض كل المهام</translation>
        </message>
        <message>
            <source>Show all of the picture</source>
            <translation>عرض الصورة كلها</translation>
        </message>
        <message numerus="yes">
            <source>Show all {n}</source>
            <extracomment>Show all</extracomment>
            <translation>
                <numerusform>عرض الكل</numerusform>
                <numerusform>عرض الكل</numerusform>
                <numerusform>عرض الكل ({n})</numerusform>
                <numerusform>عرض الكل ({n})</numerusform>
                <numerusform>عرض الكل ({n})</numerusform>
                <numerusform>عرض الكل ({n})</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Show all {n} models</source>
            <extracomment>Show the model</extracomment>
            <translation>
                <numerusform>عرض النماذج ({n})</numerusform>
                <numerusform>عرض النموذج</numerusform>
                <numerusform>عرض النموذجين</numerusform>
                <numerusform>عرض {n} نماذج</numerusform>
                <numerusform>عرض {n} نموذجًا</numerusform>
                <numerusform>عرض {n} نموذج</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Show all {n} tools</source>
            <extracomment>Show the tool</extracomment>
            <translation>
                <numerusform>عرض الأدوات</numerusform>
                <numerusform>عرض الأداة</numerusform>
                <numerusform>عرض الأداتين</numerusform>
                <numerusform>عرض كل الأدوات ({n})</numerusform>
                <numerusform>عرض كل الأدوات ({n})</numerusform>
                <numerusform>عرض كل الأدوات ({n})</numerusform>
            </translation>
        </message>
        <message>
            <source>Show another branch</source>
            <translation>عرض فرع آخر</translation>
        </message>
        <message>
            <source>Show in folder</source>
            <translation>عرض في المجلد</translation>
        </message>
        <message>
            <source>Show it in full size</source>
            <translation>عرضها بالحجم الكامل</translation>
        </message>
        <message>
            <source>Show it large</source>
            <translation>عرض كبير</translation>
        </message>
        <message>
            <source>Show only these, so that more of the picture is seen</source>
            <translation>عرض هذه فقط ليظهر من الصورة أكثر</translation>
        </message>
        <message>
            <source>Show or hide the details</source>
            <translation>عرض التفاصيل أو إخفاؤها</translation>
        </message>
        <message>
            <source>Show receipt</source>
            <translation>عرض الإيصال</translation>
        </message>
        <message>
            <source>Show the contents</source>
            <translation>عرض المحتويات</translation>
        </message>
        <message>
            <source>Show the conversations</source>
            <translation>عرض المحادثات</translation>
        </message>
        <message>
            <source>Show the field, too (Enter)</source>
            <translation>عرض الخانة أيضًا (Enter)</translation>
        </message>
        <message>
            <source>Show the file</source>
            <translation>عرض الملف</translation>
        </message>
        <message>
            <source>Show the file as it is now; what is written here goes</source>
            <translation>عرض الملف كما هو الآن؛ ويذهب المكتوب هنا</translation>
        </message>
        <message>
            <source>Show the last few only</source>
            <translation>عرض الأخيرة فقط</translation>
        </message>
        <message>
            <source>Show the original (Space; hold it to peek)</source>
            <translation>عرض الأصل (المسافة؛ مع إبقائها مضغوطة لنظرة سريعة)</translation>
        </message>
        <message>
            <source>Show the text</source>
            <translation>عرض النص</translation>
        </message>
        <message>
            <source>Show them</source>
            <translation>عرضها</translation>
        </message>
        <message>
            <source>Show what was sent</source>
            <translation>عرض ما أُرسل</translation>
        </message>
        <message>
            <source>Show what will be sent</source>
            <translation>عرض ما سيُرسل</translation>
        </message>
        <message numerus="yes">
            <source>Show {n} more</source>
            <extracomment>Show one more</extracomment>
            <translation>
                <numerusform>عرض {n} أخرى</numerusform>
                <numerusform>عرض واحد آخر</numerusform>
                <numerusform>عرض اثنين آخرين</numerusform>
                <numerusform>عرض {n} أخرى</numerusform>
                <numerusform>عرض {n} أخرى</numerusform>
                <numerusform>عرض {n} أخرى</numerusform>
            </translation>
        </message>
        <message>
            <source>Shown by {name}.</source>
            <translation>يعرضها {name}.</translation>
        </message>
        <message>
            <source>Shown here: {rows} of {all_rows} rows, {columns} of {all_columns} columns.</source>
            <translation>المعروض هنا: {rows} من {all_rows} صف، و{columns} من {all_columns} عمود.</translation>
        </message>
        <message>
            <source>Shown here: {some} of {all} fields.</source>
            <translation>المعروض هنا: {some} من {all} حقل.</translation>
        </message>
        <message>
            <source>Shrink it below {most} megapixels.</source>
            <translation>صغّرها إلى ما دون {most} ميغابكسل.</translation>
        </message>
        <message>
            <source>Shrink it below {most} million pixels.</source>
            <translation>صغّرها إلى ما دون {most} مليون بكسل.</translation>
        </message>
        <message>
            <source>Side by side</source>
            <translation>جنبًا إلى جنب</translation>
        </message>
        <message>
            <source>Sign in again, or paste a key instead.</source>
            <translation>سجّل الدخول مجددًا، أو الصق مفتاحًا بدلًا من ذلك.</translation>
        </message>
        <message>
            <source>Sign in again; the page in the browser works only once and only for a few minutes.</source>
            <translation>سجّل الدخول مجددًا؛ تعمل الصفحة في المتصفح مرة واحدة ولدقائق قليلة فقط.</translation>
        </message>
        <message>
            <source>Sign in in browser</source>
            <translation>تسجيل الدخول في المتصفح</translation>
        </message>
        <message>
            <source>Sign in with OpenRouter</source>
            <translation>تسجيل الدخول عبر OpenRouter</translation>
        </message>
        <message>
            <source>Sign-in</source>
            <translation>تسجيل الدخول</translation>
        </message>
        <message>
            <source>Since the beginning</source>
            <translation>منذ البداية</translation>
        </message>
        <message>
            <source>Since the check of {date} (version {version}, {model})</source>
            <translation>منذ تحقق {date} (الإصدار {version}، {model})</translation>
        </message>
        <message>
            <source>Size</source>
            <translation>الحجم</translation>
        </message>
        <message>
            <source>Skip this version</source>
            <translation>تخطي هذا الإصدار</translation>
        </message>
        <message>
            <source>Smaller</source>
            <translation>تصغير</translation>
        </message>
        <message>
            <source>So that conversations are found by what their pictures say. This computer does it by itself, while nothing else goes on; nothing is sent.</source>
            <translation>كي يُعثر على المحادثات بما في صورها. يفعل هذا الحاسوب ذلك بنفسه حين لا يجري غيره؛ ولا يُرسل شيء.</translation>
        </message>
        <message>
            <source>Software, or flatpak update, brings it.</source>
            <translation>يجلبه تطبيق «البرمجيات»، أو الأمر ⁦flatpak update⁩.</translation>
        </message>
        <message>
            <source>Some settings could not be used:</source>
            <translation>تعذر استعمال بعض الإعدادات:</translation>
        </message>
        <message>
            <source>Somebody may be keeping newer versions from you. Look at the download page.</source>
            <translation>ربما يحجب أحد عنك إصدارات أحدث. انظر في صفحة التنزيل.</translation>
        </message>
        <message>
            <source>Something differs here; the model says nothing about it.</source>
            <translation>هنا شيء مختلف؛ ولا يقول النموذج عنه شيئًا.</translation>
        </message>
        <message>
            <source>Something in Kireji failed before this answer was complete.</source>
            <translation>حدث خلل في Kireji قبل اكتمال هذه الإجابة.</translation>
        </message>
        <message>
            <source>Something in Kireji failed, so the region is not watched any more. The log says more.</source>
            <translation>حدث خلل في Kireji، لذا لم تعد المنطقة مراقَبة. في السجل التقني المزيد.</translation>
        </message>
        <message>
            <source>Something in Kireji failed.</source>
            <translation>حدث خلل في Kireji.</translation>
        </message>
        <message>
            <source>Something in Kireji failed. The log has the details; please try again.</source>
            <translation>حدث خلل في Kireji. التفاصيل في السجل التقني؛ يرجى المحاولة مرة أخرى.</translation>
        </message>
        <message>
            <source>Something in Kireji failed. The log has the details; press the shortcut to start again.</source>
            <translation>حدث خلل في Kireji. التفاصيل في السجل التقني؛ اضغط الاختصار للبدء من جديد.</translation>
        </message>
        <message>
            <source>Something in Kireji failed. The log has the details; what you were doing can be repeated.</source>
            <translation>حدث خلل في Kireji. التفاصيل في السجل التقني؛ ويمكن إعادة ما كنت تفعله.</translation>
        </message>
        <message>
            <source>Something in Kireji failed; the log says more.</source>
            <translation>حدث خلل في Kireji؛ في السجل التقني المزيد.</translation>
        </message>
        <message>
            <source>Something in it is written as base64, and is neither a picture nor a PDF document, or is damaged.</source>
            <translation>فيه شيء مكتوب بصيغة base64، وليس صورة ولا مستند PDF، أو هو تالف.</translation>
        </message>
        <message>
            <source>Something in its file waits; its log may say more.</source>
            <translation>شيء في ملفه ينتظر؛ ربما في سجله التقني المزيد.</translation>
        </message>
        <message>
            <source>Something is hidden in a document that stands where no words can.</source>
            <translation>أُخفي شيء في مستند يقع حيث لا يمكن أن تقع كلمات.</translation>
        </message>
        <message>
            <source>Something is missing in this address. Try again in Kireji.</source>
            <translation>ينقص هذا العنوانَ شيء. حاول مجددًا في Kireji.</translation>
        </message>
        <message>
            <source>Something went wrong inside Kireji; the log says what. Resume the job to try again.</source>
            <translation>حدث خلل في Kireji؛ تفاصيله في السجل التقني. استأنف المهمة للمحاولة مجددًا.</translation>
        </message>
        <message>
            <source>Source</source>
            <translation>المصدر</translation>
        </message>
        <message>
            <source>Source code: {address}</source>
            <translation>الشيفرة المصدرية: ⁦{address}⁩</translation>
        </message>
        <message>
            <source>Space</source>
            <translation>المسافة</translation>
        </message>
        <message>
            <source>Space shows the original</source>
            <translation>المسافة تعرض الأصل</translation>
        </message>
        <message>
            <source>Space switches a line on or off, P pins it, Delete takes it out.</source>
            <translation>المسافة تفعّل السطر أو تعطّله، وP يثبّته، وDelete يزيله.</translation>
        </message>
        <message>
            <source>Space: move it as it is</source>
            <translation>المسافة: تحريكها كما هي</translation>
        </message>
        <message>
            <source>Spending</source>
            <translation>الإنفاق</translation>
        </message>
        <message>
            <source>Spent</source>
            <translation>أُنفق</translation>
        </message>
        <message>
            <source>Spent in the last {days} days: {total}; most on {day}: {most}.</source>
            <translation>أُنفق في آخر {days} يومًا: {total}؛ والأكثر في {day}: {most}.</translation>
        </message>
        <message>
            <source>Split it, or save it with smaller pictures.</source>
            <translation>قسّمه، أو احفظه بصور أصغر.</translation>
        </message>
        <message>
            <source>Spreadsheet (*.xlsx)</source>
            <translation>جدول بيانات (*.xlsx)</translation>
        </message>
        <message>
            <source>Stands on the work of</source>
            <translation type="vanished">يقوم على عمل</translation>
        </message>
        <message numerus="yes">
            <source>Stands on the work of others: {n} parts.</source>
            <extracomment>Stands on the work of others: 1 part.</extracomment>
            <translation>
                <numerusform>يقوم على عمل آخرين: {n} مكوّن.</numerusform>
                <numerusform>يقوم على عمل آخرين: مكوّن واحد.</numerusform>
                <numerusform>يقوم على عمل آخرين: مكوّنان.</numerusform>
                <numerusform>يقوم على عمل آخرين: {n} مكوّنات.</numerusform>
                <numerusform>يقوم على عمل آخرين: {n} مكوّنًا.</numerusform>
                <numerusform>يقوم على عمل آخرين: {n} مكوّن.</numerusform>
            </translation>
        </message>
        <message>
            <source>Start</source>
            <translation>بدء</translation>
        </message>
        <message>
            <source>Start Kireji again.</source>
            <translation>شغّل Kireji من جديد.</translation>
        </message>
        <message>
            <source>Start Kireji from a desktop, or give it a picture file.</source>
            <translation>شغّل Kireji من سطح مكتب، أو أعطه ملف صورة.</translation>
        </message>
        <message>
            <source>Start Kireji from a desktop.</source>
            <translation>شغّل Kireji من سطح مكتب.</translation>
        </message>
        <message>
            <source>Start Kireji from the desktop.</source>
            <translation>شغّل Kireji من سطح المكتب.</translation>
        </message>
        <message>
            <source>Start Ollama, LM Studio or llama.cpp, or name its address in Settings, Keys &amp; models.</source>
            <translation>شغّل Ollama أو LM Studio أو llama.cpp، أو اذكر عنوانه في الإعدادات، المفاتيح والنماذج.</translation>
        </message>
        <message>
            <source>Start Ollama, llama.cpp or LM Studio, or enter the server's address in Settings.</source>
            <translation>شغّل Ollama أو llama.cpp أو LM Studio، أو أدخل عنوان الخادم في الإعدادات.</translation>
        </message>
        <message>
            <source>Start Ollama, llama.cpp or LM Studio, then look again. Nothing leaves this computer.</source>
            <translation>شغّل Ollama أو llama.cpp أو LM Studio ثم ابحث مجددًا. لا شيء يغادر هذا الحاسوب.</translation>
        </message>
        <message>
            <source>Start a new conversation with a smaller picture.</source>
            <translation>ابدأ محادثة جديدة بصورة أصغر.</translation>
        </message>
        <message>
            <source>Start a new conversation without it, or save the picture as PNG first.</source>
            <translation>ابدأ محادثة جديدة بدونها، أو احفظ الصورة أولًا بصيغة PNG.</translation>
        </message>
        <message>
            <source>Start a new conversation, or leave out or shorten the largest part of the question.</source>
            <translation>ابدأ محادثة جديدة، أو اترك الجزء الأكبر من السؤال أو قصّره.</translation>
        </message>
        <message>
            <source>Start a new conversation, or leave some out.</source>
            <translation>ابدأ محادثة جديدة، أو اترك بعضها.</translation>
        </message>
        <message>
            <source>Start a new conversation, or use fewer or smaller pictures.</source>
            <translation>ابدأ محادثة جديدة، أو استعمل صورًا أقل أو أصغر.</translation>
        </message>
        <message>
            <source>Start a new conversation.</source>
            <translation type="vanished">ابدأ محادثة جديدة.</translation>
        </message>
        <message>
            <source>Start a notification daemon, such as the desktop's own.</source>
            <translation>شغّل خدمة إشعارات، كتلك التي لسطح المكتب.</translation>
        </message>
        <message>
            <source>Start it again when the desktop is back; what was written before is in the history.</source>
            <translation>شغّله من جديد عندما يعود سطح المكتب؛ ما كُتب قبل ذلك محفوظ في السجل.</translation>
        </message>
        <message>
            <source>Start it again.</source>
            <translation>ابدأها مجددًا.</translation>
        </message>
        <message>
            <source>Start it and ask again, or check the address.</source>
            <translation>شغّله واسأل مرة أخرى، أو تحقق من العنوان.</translation>
        </message>
        <message>
            <source>Start the newer version again. To go on with this one, move {database} away and put {copy} in its place.</source>
            <translation>شغّل الإصدار الأحدث من جديد. وللمتابعة بهذا الإصدار انقل ⁦{database}⁩ إلى مكان آخر وضع ⁦{copy}⁩ مكانه.</translation>
        </message>
        <message>
            <source>Start the newer version, or choose another folder with KIREJI_HOME; the file was left as it is.</source>
            <translation>شغّل الإصدار الأحدث، أو اختر مجلدًا آخر بـ KIREJI_HOME؛ تُرك الملف كما هو.</translation>
        </message>
        <message>
            <source>Start when you log in</source>
            <translation>البدء عند تسجيل الدخول</translation>
        </message>
        <message>
            <source>Start without the bad lines? [y/N]</source>
            <translation>هل تبدأ بدون الأسطر الفاسدة؟ [y/N]</translation>
        </message>
        <message>
            <source>Start? [y/N]</source>
            <translation>هل تبدأ؟ [y/N]</translation>
        </message>
        <message>
            <source>State</source>
            <translation>الحالة</translation>
        </message>
        <message>
            <source>Stays here</source>
            <translation>يبقى هنا</translation>
        </message>
        <message>
            <source>Stays here: {what}</source>
            <translation>يبقى هنا: {what}</translation>
        </message>
        <message>
            <source>Stays in the tray, with the shortcuts ready. Nothing is opened and nothing is sent.</source>
            <translation>يبقى في شريط النظام والاختصارات جاهزة. لا يُفتح شيء ولا يُرسل شيء.</translation>
        </message>
        <message>
            <source>Still to come back: {rows}.</source>
            <translation>ما زالت لدى الخدمة وستعود: {rows}.</translation>
        </message>
        <message>
            <source>Stop</source>
            <translation>إيقاف</translation>
        </message>
        <message>
            <source>Stop judging</source>
            <translation>إيقاف الحكم</translation>
        </message>
        <message>
            <source>Stop the answer</source>
            <translation>إيقاف الإجابة</translation>
        </message>
        <message>
            <source>Stop the answer and keep what has arrived</source>
            <translation>إيقاف الإجابة والإبقاء على ما وصل</translation>
        </message>
        <message>
            <source>Stop the check</source>
            <translation>إيقاف التحقق</translation>
        </message>
        <message>
            <source>Stop: {title}</source>
            <translation>إيقاف: {title}</translation>
        </message>
        <message>
            <source>Stopped. What was added before stays.</source>
            <translation>أُوقف. ما أُضيف قبل ذلك باقٍ.</translation>
        </message>
        <message>
            <source>Stopping after the items that are being judged…</source>
            <translation>سيتوقف بعد العناصر التي يُحكم عليها الآن…</translation>
        </message>
        <message>
            <source>Stops</source>
            <translation>نصوص الإيقاف</translation>
        </message>
        <message>
            <source>Stricter: not even for a short time. Fewer models can answer.</source>
            <translation>أشد صرامة: ولا لوقت قصير. نماذج أقل تستطيع الإجابة.</translation>
        </message>
        <message>
            <source>Such text may tell the model what to do. So a tool that could send something or change something asks again here, even if you have allowed it before.</source>
            <translation>قد يملي نص كهذا على النموذج ما يفعله. لذا فإن الأداة التي قد ترسل شيئًا أو تغيّر شيئًا تسأل هنا مجددًا، حتى إن كنت قد سمحت بها من قبل.</translation>
        </message>
        <message>
            <source>Suggested version that complies</source>
            <translation>صيغة مقترحة توافق السياسة</translation>
        </message>
        <message>
            <source>Summarise</source>
            <translation>لخّص</translation>
        </message>
        <message>
            <source>Summarise what is left out…</source>
            <translation>تلخيص ما تُرك…</translation>
        </message>
        <message>
            <source>Summarise what is shown in at most five short points, the most important first. Keep names, numbers and dates exact. Add nothing that is not there.</source>
            <translation>لخّص المعروض في خمس نقاط قصيرة على الأكثر، الأهم أولًا. حافظ على دقة الأسماء والأرقام والتواريخ. لا تضف ما ليس موجودًا.</translation>
        </message>
        <message>
            <source>Summarising what is left out: part {number} of {count}…</source>
            <translation>يجري تلخيص ما تُرك: الجزء {number} من {count}…</translation>
        </message>
        <message>
            <source>Summarising what is left out…</source>
            <translation>يجري تلخيص ما تُرك…</translation>
        </message>
        <message>
            <source>Summary of {count} earlier messages</source>
            <translation>ملخص الرسائل السابقة ({count})</translation>
        </message>
        <message>
            <source>Switch it in Windows' Settings, Apps, Startup.</source>
            <translation>بدّله في إعدادات Windows، التطبيقات، بدء التشغيل.</translation>
        </message>
        <message>
            <source>Switch it on in System Settings, General, Login Items, Allow in the Background.</source>
            <translation>فعّله في إعدادات النظام، عام، عناصر تسجيل الدخول، السماح في الخلفية.</translation>
        </message>
        <message>
            <source>Switch off</source>
            <translation>تعطيل</translation>
        </message>
        <message>
            <source>Switch on</source>
            <translation>تفعيل</translation>
        </message>
        <message>
            <source>Switch them off and on in Settings, Shortcuts.</source>
            <translation>عطّلها ثم فعّلها في الإعدادات، الاختصارات.</translation>
        </message>
        <message>
            <source>System</source>
            <translation>النظام</translation>
        </message>
        <message>
            <source>Tab, Delete</source>
            <translation>Tab, Delete</translation>
        </message>
        <message>
            <source>Tab: the next</source>
            <translation>Tab: التالية</translation>
        </message>
        <message>
            <source>Table</source>
            <translation>جدول</translation>
        </message>
        <message>
            <source>Table (*.csv)</source>
            <translation>جدول (*.csv)</translation>
        </message>
        <message>
            <source>Table with tabs (*.tsv)</source>
            <translation>جدول بعلامات جدولة (*.tsv)</translation>
        </message>
        <message>
            <source>Table {number}</source>
            <translation>الجدول {number}</translation>
        </message>
        <message>
            <source>Take a part of it.</source>
            <translation>خذ جزءًا منه.</translation>
        </message>
        <message>
            <source>Take it out and ask again.</source>
            <translation>أزله ثم اسأل مرة أخرى.</translation>
        </message>
        <message>
            <source>Take it out, have it left out (on the command line: --drop {name}), or let Anthropic answer.</source>
            <translation>أزله، أو اجعله يُترك (في سطر الأوامر: ‎--drop {name})، أو دع Anthropic يجيب.</translation>
        </message>
        <message>
            <source>Take it out, have it left out (on the command line: --drop {name}), or let OpenRouter or a local server answer.</source>
            <translation>أزله، أو اجعله يُترك (في سطر الأوامر: ‎--drop {name})، أو دع OpenRouter أو خادمًا محليًّا يجيب.</translation>
        </message>
        <message>
            <source>Take it out, or add it again.</source>
            <translation>أزله، أو أضفه مجددًا.</translation>
        </message>
        <message>
            <source>Take it out, or let Anthropic answer.</source>
            <translation>أزله، أو دع Anthropic يجيب.</translation>
        </message>
        <message>
            <source>Take it out, or let OpenRouter or a local server answer.</source>
            <translation>أزله، أو دع OpenRouter أو خادمًا محليًّا يجيب.</translation>
        </message>
        <message>
            <source>Take out a table</source>
            <translation>استخراج جدول</translation>
        </message>
        <message>
            <source>Take out fields</source>
            <translation>استخراج حقول</translation>
        </message>
        <message>
            <source>Take the denial back</source>
            <translation>التراجع عن الرفض</translation>
        </message>
        <message>
            <source>Take the fields out of the picture</source>
            <translation>استخرج الحقول من الصورة</translation>
        </message>
        <message>
            <source>Take the fields out of {count} pictures</source>
            <translation>استخرج الحقول من الصور ({count})</translation>
        </message>
        <message>
            <source>Take the tables out of the picture</source>
            <translation>استخرج الجداول من الصورة</translation>
        </message>
        <message>
            <source>Take the tables out of {count} pictures</source>
            <translation>استخرج الجداول من الصور ({count})</translation>
        </message>
        <message>
            <source>Take what a schema asks for out of the picture</source>
            <translation>استخرج من الصورة ما يطلبه مخطط</translation>
        </message>
        <message>
            <source>Take what a schema asks for out of {count} pictures</source>
            <translation>استخرج من الصور ({count}) ما يطلبه مخطط</translation>
        </message>
        <message>
            <source>Take what is offered; ask once something is selected</source>
            <translation>اعتماد المعروض؛ والسؤال متى حُدّد شيء</translation>
        </message>
        <message>
            <source>Takes a picture of your screen as it is at that moment.</source>
            <translation>تلتقط صورة لشاشتك كما هي في تلك اللحظة.</translation>
        </message>
        <message>
            <source>Tax and social security numbers, identity cards, passports</source>
            <translation>أرقام الضرائب والضمان الاجتماعي، وبطاقات الهوية، وجوازات السفر</translation>
        </message>
        <message>
            <source>Telephone number</source>
            <translation>رقم هاتف</translation>
        </message>
        <message>
            <source>Telephone numbers</source>
            <translation>أرقام الهاتف</translation>
        </message>
        <message>
            <source>Tells date and time, also of other zones and other moments.</source>
            <translation>تذكر التاريخ والوقت، لمناطق زمنية ولحظات أخرى أيضًا.</translation>
        </message>
        <message>
            <source>Test</source>
            <translation>اختبار</translation>
        </message>
        <message>
            <source>Test and keep</source>
            <translation>اختبار وحفظ</translation>
        </message>
        <message>
            <source>Test connection</source>
            <translation>اختبار الاتصال</translation>
        </message>
        <message>
            <source>Test it in Settings, Tools, to try at once.</source>
            <translation>اختبره في الإعدادات، الأدوات، للمحاولة فورًا.</translation>
        </message>
        <message>
            <source>Test of a key</source>
            <translation>اختبار مفتاح</translation>
        </message>
        <message>
            <source>Test the {title} key</source>
            <translation>اختبار مفتاح {title}</translation>
        </message>
        <message>
            <source>Testing the key with the service…</source>
            <translation>يُختبر المفتاح لدى الخدمة…</translation>
        </message>
        <message>
            <source>Testing…</source>
            <translation>يجري الاختبار…</translation>
        </message>
        <message>
            <source>Text</source>
            <translation>نص</translation>
        </message>
        <message>
            <source>Text in pictures is read on this computer.</source>
            <translation>يُقرأ النص في الصور على هذا الحاسوب.</translation>
        </message>
        <message>
            <source>Text of the policy</source>
            <translation>نص السياسة</translation>
        </message>
        <message>
            <source>Text size</source>
            <translation>حجم النص</translation>
        </message>
        <message>
            <source>Text that I type</source>
            <translation>نص أكتبه</translation>
        </message>
        <message>
            <source>Text to ask about</source>
            <translation>النص المسؤول عنه</translation>
        </message>
        <message numerus="yes">
            <source>Text to ask about, {n} characters</source>
            <extracomment>Text to ask about, 1 character</extracomment>
            <translation>
                <numerusform>النص المسؤول عنه، {n} حرف</numerusform>
                <numerusform>النص المسؤول عنه، حرف واحد</numerusform>
                <numerusform>النص المسؤول عنه، حرفان</numerusform>
                <numerusform>النص المسؤول عنه، {n} أحرف</numerusform>
                <numerusform>النص المسؤول عنه، {n} حرفًا</numerusform>
                <numerusform>النص المسؤول عنه، {n} حرف</numerusform>
            </translation>
        </message>
        <message>
            <source>That ends when its command or address changes.</source>
            <translation>ينتهي ذلك عندما يتغير أمره أو عنوانه.</translation>
        </message>
        <message>
            <source>That ends when its file changes.</source>
            <translation>ينتهي ذلك عندما يتغير ملفه.</translation>
        </message>
        <message>
            <source>That is in the list already.</source>
            <translation>هذا في القائمة أصلًا.</translation>
        </message>
        <message>
            <source>That is neither an Anthropic key (sk-ant-…) nor an OpenRouter key (sk-or-…).</source>
            <translation>هذا ليس مفتاح Anthropic (sk-ant-…) ولا مفتاح OpenRouter (sk-or-…).</translation>
        </message>
        <message>
            <source>That is no host. A host is written like docs.python.org, without a path or a star.</source>
            <translation>هذا ليس مضيفًا. يُكتب المضيف مثل docs.python.org، بلا مسار ولا نجمة.</translation>
        </message>
        <message>
            <source>That is not a file name.</source>
            <translation>ليس هذا اسم ملف.</translation>
        </message>
        <message>
            <source>That is not a key.</source>
            <translation>هذا ليس مفتاحًا.</translation>
        </message>
        <message>
            <source>That is not a secret for webhooks: it begins with whsec_, and Base64 follows.</source>
            <translation>ليس هذا سر Webhook: السر يبدأ بـ whsec_ ويليه Base64.</translation>
        </message>
        <message>
            <source>That model cannot see pictures; it gets the text this computer reads in them.</source>
            <translation>لا يرى هذا النموذج الصور؛ يحصل على النص الذي يقرؤه هذا الحاسوب فيها.</translation>
        </message>
        <message>
            <source>That would leave too many files out one by one. Switch whole folders instead.</source>
            <translation>يستبعد هذا ملفات كثيرة جدًا واحدًا واحدًا. فعّل مجلدات كاملة أو عطّلها بدلًا من ذلك.</translation>
        </message>
        <message>
            <source>The JSON holds half of a character, as \ud83d without its other half.</source>
            <translation>في JSON نصف محرف، مثل ‎\ud83d بلا نصفه الآخر.</translation>
        </message>
        <message>
            <source>The JSON is broken at column {column}: there is a NUL byte.</source>
            <translation>JSON معطوب عند العمود {column}: هناك بايت NUL.</translation>
        </message>
        <message>
            <source>The JSON is broken at column {column}: {reason}.</source>
            <translation>JSON معطوب عند العمود {column}: {reason}.</translation>
        </message>
        <message>
            <source>The PDF could not be read.</source>
            <translation>تعذرت قراءة ملف PDF.</translation>
        </message>
        <message>
            <source>The PDF has more than {most} pages.</source>
            <translation>في ملف PDF أكثر من {most} صفحة.</translation>
        </message>
        <message>
            <source>The PDF holds no words; its pages are pictures.</source>
            <translation>لا كلمات في ملف PDF؛ فصفحاته صور.</translation>
        </message>
        <message>
            <source>The PDF is damaged.</source>
            <translation>ملف PDF تالف.</translation>
        </message>
        <message>
            <source>The PDF is larger than {most} MB.</source>
            <translation>ملف PDF أكبر من {most} م.ب.</translation>
        </message>
        <message>
            <source>The PDF is protected by a password.</source>
            <translation>ملف PDF محمي بكلمة سر.</translation>
        </message>
        <message>
            <source>The PDF takes too long to read, or is damaged.</source>
            <translation>تستغرق قراءة ملف PDF وقتًا أطول من اللازم، أو هو تالف.</translation>
        </message>
        <message>
            <source>The account of this key at {name} has a payment problem or no credit left.</source>
            <translation>في حساب هذا المفتاح لدى {name} مشكلة دفع أو نفد رصيده.</translation>
        </message>
        <message>
            <source>The account of this key has reached its spending limit or has no credit left.</source>
            <translation>بلغ حساب هذا المفتاح حد الإنفاق أو نفد رصيده.</translation>
        </message>
        <message>
            <source>The address</source>
            <translation>العنوان</translation>
        </message>
        <message>
            <source>The address leads to what is not an address of the web.</source>
            <translation>يقود العنوان إلى ما ليس عنوان ويب.</translation>
        </message>
        <message>
            <source>The address of the picture has a name or a password in it, which no service takes.</source>
            <translation>في عنوان الصورة اسم أو كلمة مرور، وهو ما لا تقبله أي خدمة.</translation>
        </message>
        <message>
            <source>The address of the proxy is none that can be used: it begins with http:// or https://.</source>
            <translation>عنوان الوكيل غير صالح: يجب أن يبدأ بـ http:// أو https://.</translation>
        </message>
        <message>
            <source>The address of the webhook has a name or password in it, and nothing is sent there.</source>
            <translation>في عنوان Webhook اسم أو كلمة مرور، فلا يُرسل إليه شيء.</translation>
        </message>
        <message>
            <source>The address of the webhook is not an address of the web.</source>
            <translation>عنوان Webhook ليس عنوان ويب.</translation>
        </message>
        <message>
            <source>The address of updates does not begin with https.</source>
            <translation>لا يبدأ عنوان التحديثات بـ https.</translation>
        </message>
        <message>
            <source>The address of updates leads from one place to the next without end.</source>
            <translation>يقود عنوان التحديثات من مكان إلى آخر بلا نهاية.</translation>
        </message>
        <message>
            <source>The address of updates leads into the local network; it was not followed.</source>
            <translation>يقود عنوان التحديثات إلى الشبكة المحلية؛ ولم يُتَّبع.</translation>
        </message>
        <message>
            <source>The address of updates leads on to one that is not https; it was not followed.</source>
            <translation>يقود عنوان التحديثات إلى عنوان لا يبدأ بـ https؛ ولم يُتَّبع.</translation>
        </message>
        <message>
            <source>The address of updates leads to what is no address.</source>
            <translation>يقود عنوان التحديثات إلى ما ليس عنوانًا.</translation>
        </message>
        <message>
            <source>The answer broke off before its end.</source>
            <translation>انقطعت الإجابة قبل نهايتها.</translation>
        </message>
        <message>
            <source>The answer broke off before its first word.</source>
            <translation>انقطعت الإجابة قبل أول كلمة منها.</translation>
        </message>
        <message>
            <source>The answer broke off.</source>
            <translation>انقطعت الإجابة.</translation>
        </message>
        <message>
            <source>The answer cannot be read.</source>
            <translation>تتعذر قراءة الإجابة.</translation>
        </message>
        <message>
            <source>The answer comes from an earlier job; it was not asked again.</source>
            <translation>الإجابة من مهمة سابقة؛ ولم يُسأل عنه مجددًا.</translation>
        </message>
        <message>
            <source>The answer does not fit the policy: {why}</source>
            <translation>لا توافق الإجابة السياسة: {why}</translation>
        </message>
        <message>
            <source>The answer does not fit the schema: {why}</source>
            <translation>لا توافق الإجابة المخطط: {why}</translation>
        </message>
        <message>
            <source>The answer does not fit: {why}</source>
            <translation>لا توافق الإجابة المطلوب: {why}</translation>
        </message>
        <message>
            <source>The answer ends at {rule}.</source>
            <translation>تنتهي الإجابة عند {rule}.</translation>
        </message>
        <message>
            <source>The answer is</source>
            <translation>نوع الإجابة</translation>
        </message>
        <message>
            <source>The answer is empty.</source>
            <translation>الإجابة فارغة.</translation>
        </message>
        <message>
            <source>The answer is no JSON, so it does not fit the schema.</source>
            <translation>الإجابة ليست JSON، فلا توافق المخطط.</translation>
        </message>
        <message>
            <source>The answer paused after many steps. It can be continued.</source>
            <translation>توقفت الإجابة بعد خطوات كثيرة. يمكن متابعتها.</translation>
        </message>
        <message>
            <source>The answer was cut at the maximum length. It can be continued.</source>
            <translation>قُطعت الإجابة عند أقصى طول. يمكن متابعتها.</translation>
        </message>
        <message>
            <source>The answer was cut because the conversation fills all that this model can read. It can be continued with a model that reads more, or in a new conversation.</source>
            <translation type="vanished">قُطعت الإجابة لأن المحادثة تملأ كل ما يستطيع هذا النموذج قراءته. يمكن متابعتها بنموذج يقرأ أكثر، أو في محادثة جديدة.</translation>
        </message>
        <message>
            <source>The answer was cut because the conversation fills all that this model can read. It can be continued: the oldest messages then no longer go along.</source>
            <translation>قُطعت الإجابة لأن المحادثة تملأ كل ما يستطيع هذا النموذج قراءته. يمكن متابعتها: عندئذ لا تُرسل أقدم الرسائل بعد ذلك.</translation>
        </message>
        <message>
            <source>The answer was cut before its end, because it is longer than the model may write.</source>
            <translation>قُطعت الإجابة قبل نهايتها لأنها أطول مما يجوز للنموذج كتابته.</translation>
        </message>
        <message>
            <source>The answer was cut before its end, because it is longer than the model may write: the last rows are missing. Choose a smaller region for them.</source>
            <translation>قُطعت الإجابة قبل نهايتها لأنها أطول مما يجوز للنموذج كتابته: الصفوف الأخيرة ناقصة. اختر لها منطقة أصغر.</translation>
        </message>
        <message>
            <source>The answer was cut off at its longest length.</source>
            <translation>قُطعت الإجابة عند أقصى طول لها.</translation>
        </message>
        <message>
            <source>The answer was cut off: the model can read no more.</source>
            <translation>قُطعت الإجابة: لا يستطيع النموذج قراءة المزيد.</translation>
        </message>
        <message>
            <source>The answers have no columns.</source>
            <translation>لا أعمدة للإجابات.</translation>
        </message>
        <message>
            <source>The arguments are no JSON object.</source>
            <translation>المعطيات ليست كائن JSON.</translation>
        </message>
        <message>
            <source>The arguments are no JSON: {error}</source>
            <translation>المعطيات ليست JSON: {error}</translation>
        </message>
        <message>
            <source>The arguments do not fit: {problem}</source>
            <translation>المعطيات غير مناسبة: {problem}</translation>
        </message>
        <message>
            <source>The arguments of this call have not all arrived; it was not run.</source>
            <translation>لم تصل معطيات هذا الاستدعاء كلها؛ فلم يُشغَّل.</translation>
        </message>
        <message>
            <source>The backup was made, but does not pass its check, so it was thrown away.</source>
            <translation>أُجريت النسخة الاحتياطية لكنها لم تجتز فحصها فرُميت.</translation>
        </message>
        <message>
            <source>The backup {name} is damaged.</source>
            <translation>النسخة الاحتياطية {name} تالفة.</translation>
        </message>
        <message>
            <source>The brace at “{near}” in the prompt has no other half.</source>
            <translation>القوس المعقوف عند «{near}» في السؤال بلا نصفه الآخر.</translation>
        </message>
        <message>
            <source>The browser came back without a code.</source>
            <translation>عاد المتصفح بلا رمز.</translation>
        </message>
        <message>
            <source>The budget for one conversation is {most}; {taken} of it is spent or under way, and this could cost {cost}.</source>
            <translation>ميزانية المحادثة الواحدة {most}؛ أُنفق منها أو قيد التنفيذ {taken}، وقد يكلّف هذا {cost}.</translation>
        </message>
        <message>
            <source>The budget for this month is {most}; {taken} of it is spent or under way, and this could cost {cost}.</source>
            <translation>ميزانية هذا الشهر {most}؛ أُنفق منها أو قيد التنفيذ {taken}، وقد يكلّف هذا {cost}.</translation>
        </message>
        <message>
            <source>The budget for today is {most}; {taken} of it is spent or under way, and this could cost {cost}.</source>
            <translation>ميزانية اليوم {most}؛ أُنفق منها أو قيد التنفيذ {taken}، وقد يكلّف هذا {cost}.</translation>
        </message>
        <message>
            <source>The certificate "{subject}" of {host}</source>
            <translation>الشهادة «{subject}» لـ {host}</translation>
        </message>
        <message>
            <source>The certificate of {host}</source>
            <translation>شهادة {host}</translation>
        </message>
        <message>
            <source>The certificate of {host} is not trusted.</source>
            <translation>شهادة {host} غير موثوقة.</translation>
        </message>
        <message>
            <source>The certificates in {path}, named by {name}, cannot be read.</source>
            <translation>تعذرت قراءة الشهادات في {path} التي يسمّيها {name}.</translation>
        </message>
        <message>
            <source>The certificates of the system are trusted. Choose a file (PEM) for others beside them.</source>
            <translation>يوثَق بشهادات النظام. اختر ملفًا (PEM) لغيرها إلى جانبها.</translation>
        </message>
        <message>
            <source>The clipboard</source>
            <translation>الحافظة</translation>
        </message>
        <message>
            <source>The connection failed; the log says more.</source>
            <translation>أخفق الاتصال؛ في السجل التقني المزيد.</translation>
        </message>
        <message>
            <source>The connection to the desktop was lost.</source>
            <translation>انقطع الاتصال بسطح المكتب.</translation>
        </message>
        <message>
            <source>The connection to {host} was lost.</source>
            <translation>انقطع الاتصال بـ {host}.</translation>
        </message>
        <message>
            <source>The connection to {server} was lost before it had answered.</source>
            <translation>انقطع الاتصال بـ {server} قبل أن يُجيب.</translation>
        </message>
        <message>
            <source>The conversation fills all that this model can read. Ask a model that reads more, or in a new conversation.</source>
            <translation>تملأ المحادثة كل ما يستطيع هذا النموذج قراءته. اسأل نموذجًا يقرأ أكثر، أو في محادثة جديدة.</translation>
        </message>
        <message>
            <source>The conversation no longer fits what the model can read.</source>
            <translation>لم تعد المحادثة ضمن ما يستطيع النموذج قراءته.</translation>
        </message>
        <message>
            <source>The conversation with its pictures is too large to send.</source>
            <translation>المحادثة مع صورها أكبر من أن تُرسل.</translation>
        </message>
        <message>
            <source>The decision about row {number} is taken back.</source>
            <translation>أُلغي القرار بشأن الصف {number}.</translation>
        </message>
        <message>
            <source>The desktop did not accept “{title}”. {bind_by_hand}</source>
            <translation>لم يقبل سطح المكتب «{title}». {bind_by_hand}</translation>
        </message>
        <message>
            <source>The desktop does not let Kireji take pictures of the screen.</source>
            <translation>لا يسمح سطح المكتب لـ Kireji بالتقاط صور للشاشة.</translation>
        </message>
        <message>
            <source>The desktop does not tell its proxy: enter the proxy in Settings, Network.</source>
            <translation>لا يُخبر سطح المكتب بوكيله: أدخل الوكيل في الإعدادات، الشبكة.</translation>
        </message>
        <message>
            <source>The desktop gave no answer when asked for the screen.</source>
            <translation>لم يُجب سطح المكتب حين طُلبت منه الشاشة.</translation>
        </message>
        <message>
            <source>The desktop gave no keys for this. Choose them in its keyboard settings, or bind the command.</source>
            <translation>لم يعطِ سطح المكتب مفاتيح لهذا. اخترها في إعدادات لوحة المفاتيح لديه، أو اربط الأمر.</translation>
        </message>
        <message>
            <source>The desktop gave something else than a picture of the screen.</source>
            <translation>أعطى سطح المكتب شيئًا غير صورة الشاشة.</translation>
        </message>
        <message>
            <source>The desktop gave these keys; {chord} was asked for.</source>
            <translation>أعطى سطح المكتب هذه المفاتيح؛ وكان المطلوب {chord}.</translation>
        </message>
        <message>
            <source>The desktop has not answered yet whether it gives the shortcut; it may be asking you.</source>
            <translation>لم يُجب سطح المكتب بعد هل يعطي الاختصار؛ ربما يسألك.</translation>
        </message>
        <message>
            <source>The desktop has not answered yet; it may be asking you.</source>
            <translation>لم يُجب سطح المكتب بعد؛ ربما يسألك.</translation>
        </message>
        <message>
            <source>The desktop has taken the shortcuts back.</source>
            <translation>استرد سطح المكتب الاختصارات.</translation>
        </message>
        <message>
            <source>The desktop knows “{title}” but gave it no keys. Set them in its keyboard settings.</source>
            <translation>يعرف سطح المكتب «{title}» لكنه لم يعطه مفاتيح. عيّنها في إعدادات لوحة المفاتيح لديه.</translation>
        </message>
        <message>
            <source>The desktop names a SOCKS proxy, which is not followed: enter an HTTP proxy in Settings, Network.</source>
            <translation>يسمّي سطح المكتب وكيل SOCKS لا يُتّبع: أدخل وكيل HTTP في الإعدادات، الشبكة.</translation>
        </message>
        <message>
            <source>The desktop names a proxy script, which is not followed: enter the proxy in Settings, Network.</source>
            <translation>يسمّي سطح المكتب نصًّا برمجيًا للوكيل لا يُتّبع: أدخل الوكيل في الإعدادات، الشبكة.</translation>
        </message>
        <message>
            <source>The desktop never answered when asked for shortcuts.</source>
            <translation>لم يُجب سطح المكتب قط حين طُلبت الاختصارات.</translation>
        </message>
        <message>
            <source>The desktop refused the shortcuts.</source>
            <translation>رفض سطح المكتب الاختصارات.</translation>
        </message>
        <message>
            <source>The desktop uses its proxy for a few hosts only, which is not followed: enter the proxy in Settings, Network.</source>
            <translation>يستعمل سطح المكتب وكيله لبعض المضيفين فقط، ولا يُتّبع ذلك: أدخل الوكيل في الإعدادات، الشبكة.</translation>
        </message>
        <message>
            <source>The desktop's picture of the screen cannot be opened.</source>
            <translation>تعذر فتح صورة الشاشة التي التقطها سطح المكتب.</translation>
        </message>
        <message>
            <source>The desktop's picture of the screen cannot be read.</source>
            <translation>تعذرت قراءة صورة الشاشة التي التقطها سطح المكتب.</translation>
        </message>
        <message>
            <source>The desktop's portal answers in a way Kireji does not know.</source>
            <translation>تجيب بوابة سطح المكتب بطريقة لا يعرفها Kireji.</translation>
        </message>
        <message>
            <source>The desktop's portal does not answer.</source>
            <translation>لا تجيب بوابة سطح المكتب.</translation>
        </message>
        <message>
            <source>The desktop's portal has stopped.</source>
            <translation>توقفت بوابة سطح المكتب.</translation>
        </message>
        <message>
            <source>The desktop's portal refused.</source>
            <translation>رفضت بوابة سطح المكتب.</translation>
        </message>
        <message>
            <source>The desktop's question about the picture of the screen was declined.</source>
            <translation>رُفض طلب سطح المكتب بشأن صورة الشاشة.</translation>
        </message>
        <message>
            <source>The desktop's screenshot portal, version {version}.</source>
            <translation>بوابة لقطات الشاشة لسطح المكتب، الإصدار {version}.</translation>
        </message>
        <message>
            <source>The desktop's shortcuts portal, version {version}.</source>
            <translation>بوابة الاختصارات لسطح المكتب، الإصدار {version}.</translation>
        </message>
        <message>
            <source>The display cannot be reached.</source>
            <translation>تعذر الوصول إلى شاشة العرض.</translation>
        </message>
        <message>
            <source>The display has gone.</source>
            <translation>اختفت شاشة العرض.</translation>
        </message>
        <message>
            <source>The display is gone, so Kireji has ended.</source>
            <translation>اختفت شاشة العرض، ولذلك انتهى Kireji.</translation>
        </message>
        <message>
            <source>The display {display} cannot be reached.</source>
            <translation>تعذر الوصول إلى شاشة العرض {display}.</translation>
        </message>
        <message>
            <source>The download page says how.</source>
            <translation>تبيّن صفحة التنزيل كيف.</translation>
        </message>
        <message>
            <source>The earlier region lies on no screen any more. Drag to cut out another one.</source>
            <translation>لم تعد المنطقة السابقة على أي شاشة. اسحب لاقتطاع أخرى.</translation>
        </message>
        <message>
            <source>The entry for the login cannot be written: {reason}.</source>
            <translation>تعذرت كتابة مدخل تسجيل الدخول: {reason}.</translation>
        </message>
        <message>
            <source>The entry for the session's start cannot be written: {reason}.</source>
            <translation>تعذرت كتابة مدخل بدء الجلسة: {reason}.</translation>
        </message>
        <message>
            <source>The entry holds a sign that no program can be given.</source>
            <translation>في المدخل محرف لا يمكن تمريره إلى أي برنامج.</translation>
        </message>
        <message>
            <source>The entry is complete.</source>
            <translation>المدخل مكتمل.</translation>
        </message>
        <message>
            <source>The entry that starts Kireji with your session goes, too.</source>
            <translation>ويُحذف أيضًا المدخل الذي يشغّل Kireji عند بدء جلستك.</translation>
        </message>
        <message>
            <source>The entry {name} is not an object: {{...}}.</source>
            <translation>المدخل {name} ليس كائنًا: {{...}}.</translation>
        </message>
        <message>
            <source>The export was stopped; nothing of it was kept.</source>
            <translation>أُوقف التصدير؛ ولم يُحفظ منه شيء.</translation>
        </message>
        <message>
            <source>The file can be read. Its certificates are trusted beside the system's.</source>
            <translation>الملف مقروء. يوثَق بشهاداته إلى جانب شهادات النظام.</translation>
        </message>
        <message>
            <source>The file cannot be read ({reason}).</source>
            <translation>تعذرت قراءة الملف ({reason}).</translation>
        </message>
        <message>
            <source>The file ends in the middle of it.</source>
            <translation>ينتهي الملف في وسطها.</translation>
        </message>
        <message>
            <source>The file ends in the middle; what comes after is missing.</source>
            <translation>ينتهي الملف في الوسط؛ وما بعده مفقود.</translation>
        </message>
        <message numerus="yes">
            <source>The file has {n} prompts.</source>
            <extracomment>The file has 1 prompt.</extracomment>
            <translation>
                <numerusform>في الملف {n} سؤال سريع.</numerusform>
                <numerusform>في الملف سؤال سريع واحد.</numerusform>
                <numerusform>في الملف سؤالان سريعان.</numerusform>
                <numerusform>في الملف {n} أسئلة سريعة.</numerusform>
                <numerusform>في الملف {n} سؤالًا سريعًا.</numerusform>
                <numerusform>في الملف {n} سؤال سريع.</numerusform>
            </translation>
        </message>
        <message>
            <source>The file holds control characters.</source>
            <translation>في الملف أحرف تحكم.</translation>
        </message>
        <message>
            <source>The file is empty.</source>
            <translation>الملف فارغ.</translation>
        </message>
        <message>
            <source>The file is larger than {most} MB.</source>
            <translation>الملف أكبر من {most} م.ب.</translation>
        </message>
        <message>
            <source>The file is longer than {count} KB.</source>
            <translation>الملف أطول من {count} ك.بايت.</translation>
        </message>
        <message>
            <source>The file is not UTF-8 text.</source>
            <translation>الملف ليس نص UTF-8.</translation>
        </message>
        <message>
            <source>The file is not UTF-8 text: what could not be read is shown as �.</source>
            <translation>الملف ليس نص UTF-8: يُعرض ما تعذرت قراءته بالعلامة �.</translation>
        </message>
        <message>
            <source>The file was changed elsewhere meanwhile</source>
            <translation>تغيّر الملف في مكان آخر في الأثناء</translation>
        </message>
        <message>
            <source>The file was changed elsewhere; this is what stands in it now.</source>
            <translation>تغيّر الملف في مكان آخر؛ وهذا ما فيه الآن.</translation>
        </message>
        <message>
            <source>The file with what was to be sent is gone, or was changed.</source>
            <translation>الملف الذي فيه ما كان سيُرسل لم يعد موجودًا، أو غُيّر.</translation>
        </message>
        <message>
            <source>The first message did not go along: it no longer fits.</source>
            <translation>لم تُرسل معه الرسالة الأولى: لم يعد لها متسع.</translation>
        </message>
        <message>
            <source>The first row asks:</source>
            <translation>الصف الأول يسأل:</translation>
        </message>
        <message>
            <source>The first row of a table names them, as in text,language.</source>
            <translation>يسمّيها الصف الأول من الجدول، كما في text,language.</translation>
        </message>
        <message>
            <source>The first row of {path} cannot be read: {reason}.</source>
            <translation>تعذرت قراءة الصف الأول من ‎{path}: {reason}.</translation>
        </message>
        <message>
            <source>The first that failed, {id}: {why}</source>
            <translation>أول ما أخفق، {id}: {why}</translation>
        </message>
        <message>
            <source>The first that sees pictures</source>
            <translation>أول نموذج يرى الصور</translation>
        </message>
        <message>
            <source>The first {count} are older than the chain; that they were not changed before it began, nobody can say.</source>
            <translation>أول {count} أقدم من السلسلة؛ ولا يستطيع أحد الجزم بأنها لم تُغيَّر قبل بدايتها.</translation>
        </message>
        <message>
            <source>The first {count} messages did not go along: they no longer fit.</source>
            <translation>لم تُرسل معه الرسائل الأولى ({count}): لم يعد لها متسع.</translation>
        </message>
        <message>
            <source>The folder {folder} is not there.</source>
            <translation>المجلد {folder} غير موجود.</translation>
        </message>
        <message>
            <source>The folder {path} cannot be written: {reason}. Make it writable, then try again.</source>
            <translation>تعذرت الكتابة في المجلد ⁦{path}⁩: {reason}. اجعله قابلًا للكتابة ثم حاول مجددًا.</translation>
        </message>
        <message>
            <source>The history in {path} is damaged.</source>
            <translation>السجل في {path} تالف.</translation>
        </message>
        <message>
            <source>The id holds characters that cannot be seen.</source>
            <translation>في المعرّف محارف لا تُرى.</translation>
        </message>
        <message>
            <source>The id is empty.</source>
            <translation>المعرّف فارغ.</translation>
        </message>
        <message>
            <source>The id is longer than {most} characters.</source>
            <translation>المعرّف أطول من {most} من المحارف.</translation>
        </message>
        <message>
            <source>The job ended before this question was answered.</source>
            <translation>انتهت المهمة قبل الإجابة عن هذا السؤال.</translation>
        </message>
        <message>
            <source>The job goes on at the service; kireji batch run{number} collects it.</source>
            <translation>تستمر المهمة لدى الخدمة؛ ويجمعها kireji batch run{number}.</translation>
        </message>
        <message>
            <source>The job was removed meanwhile.</source>
            <translation>أُزيلت المهمة في الأثناء.</translation>
        </message>
        <message>
            <source>The jobs go on at the service; kireji batch run collects them.</source>
            <translation>تستمر المهام لدى الخدمة؛ ويجمعها kireji batch run.</translation>
        </message>
        <message>
            <source>The key comes from {variable} and is never stored.</source>
            <translation>يأتي المفتاح من {variable} ولا يُحفظ أبدًا.</translation>
        </message>
        <message>
            <source>The key holds characters that no key has.</source>
            <translation>في المفتاح أحرف لا يحويها أي مفتاح.</translation>
        </message>
        <message>
            <source>The key is empty.</source>
            <translation>المفتاح فارغ.</translation>
        </message>
        <message>
            <source>The key is {length} characters long; a keychain entry holds {max_length}.</source>
            <translation>طول المفتاح {length} حرفًا؛ ويتسع مدخل السلسلة لـ {max_length}.</translation>
        </message>
        <message>
            <source>The keychain could not be opened.</source>
            <translation>تعذر فتح سلسلة المفاتيح.</translation>
        </message>
        <message>
            <source>The keychain does not answer.</source>
            <translation>سلسلة المفاتيح لا تجيب.</translation>
        </message>
        <message>
            <source>The keychain failed.</source>
            <translation>أخفقت سلسلة المفاتيح.</translation>
        </message>
        <message>
            <source>The keychain holds no {name}.</source>
            <translation>لا يوجد {name} في سلسلة المفاتيح.</translation>
        </message>
        <message>
            <source>The keychain is locked.</source>
            <translation>سلسلة المفاتيح مقفلة.</translation>
        </message>
        <message>
            <source>The last capture</source>
            <translation>آخر لقطة</translation>
        </message>
        <message>
            <source>The last captures</source>
            <translation>آخر اللقطات</translation>
        </message>
        <message>
            <source>The last row is {number}.</source>
            <translation>الصف الأخير هو {number}.</translation>
        </message>
        <message>
            <source>The last {count} captures</source>
            <translation>آخر اللقطات ({count})</translation>
        </message>
        <message numerus="yes">
            <source>The last {n} captures</source>
            <extracomment>The last capture</extracomment>
            <translation>
                <numerusform>آخر {n} لقطة</numerusform>
                <numerusform>آخر لقطة</numerusform>
                <numerusform>آخر لقطتين</numerusform>
                <numerusform>آخر {n} لقطات</numerusform>
                <numerusform>آخر {n} لقطة</numerusform>
                <numerusform>آخر {n} لقطة</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>The last {n} days</source>
            <extracomment>The last day</extracomment>
            <translation>
                <numerusform>آخر {n} يوم</numerusform>
                <numerusform>آخر يوم</numerusform>
                <numerusform>آخر يومين</numerusform>
                <numerusform>آخر {n} أيام</numerusform>
                <numerusform>آخر {n} يومًا</numerusform>
                <numerusform>آخر {n} يوم</numerusform>
            </translation>
        </message>
        <message>
            <source>The ledger is not what was written.</source>
            <translation>الدفتر ليس كما كُتب.</translation>
        </message>
        <message>
            <source>The ledger is whole: none of its {count} requests was changed, removed or added since it was written.</source>
            <translation>الدفتر سليم: لم يُغيَّر أي من طلباته البالغة {count} ولم يُزَل ولم يُضَف منذ كتابته.</translation>
        </message>
        <message>
            <source>The ledger notes of every request when it left, where to, how large it was and its hash. What was in it is kept only if you want that.</source>
            <translation>يسجّل الدفتر لكل طلب متى غادر وإلى أين، وحجمه وبصمته. ولا يُحفظ محتواه إلا إن أردت ذلك.</translation>
        </message>
        <message>
            <source>The library libxcb is missing.</source>
            <translation>مكتبة libxcb مفقودة.</translation>
        </message>
        <message>
            <source>The line brings a whole question along; this job asks its own about a prompt, pictures, or both.</source>
            <translation>يأتي السطر بسؤال كامل؛ وهذه المهمة تطرح سؤالها هي عن prompt أو صور أو كليهما.</translation>
        </message>
        <message>
            <source>The line could not be read.</source>
            <translation>تعذرت قراءة السطر.</translation>
        </message>
        <message>
            <source>The line has a method or a url, but no body.</source>
            <translation>في السطر method أو url، ولكن لا body فيه.</translation>
        </message>
        <message>
            <source>The line has a schema of its own, and the job has one, too.</source>
            <translation>للسطر مخطط خاص به، وللمهمة مخطط أيضًا.</translation>
        </message>
        <message>
            <source>The line has a shape that is not known here.</source>
            <translation>بنية السطر غير معروفة هنا.</translation>
        </message>
        <message>
            <source>The line has more than one of prompt, params and body.</source>
            <translation>في السطر أكثر من واحد من prompt وparams وbody.</translation>
        </message>
        <message>
            <source>The line has neither a prompt, nor params, nor a body.</source>
            <translation>لا prompt في السطر ولا params ولا body.</translation>
        </message>
        <message>
            <source>The line has no prompt, and the job has none for lines without.</source>
            <translation>لا سؤال في السطر (prompt)، وليس في المهمة سؤال للأسطر الخالية منه.</translation>
        </message>
        <message>
            <source>The line has two ids.</source>
            <translation>في السطر معرّفان.</translation>
        </message>
        <message>
            <source>The line is larger than the {most} MB that one question may have.</source>
            <translation>السطر أكبر مما يجوز لسؤال واحد، وهو {most} م.ب.</translation>
        </message>
        <message>
            <source>The line is nested too deeply, or holds a number with too many digits.</source>
            <translation>تداخل السطر أعمق من اللازم، أو فيه عدد أرقامه أكثر من اللازم.</translation>
        </message>
        <message>
            <source>The line is not UTF-8: there is a wrong byte at column {column}.</source>
            <translation>السطر ليس UTF-8: هناك بايت خطأ عند العمود {column}.</translation>
        </message>
        <message>
            <source>The line is not a JSON object.</source>
            <translation>السطر ليس كائن JSON.</translation>
        </message>
        <message>
            <source>The line names more than {most} pictures.</source>
            <translation>يسمّي السطر أكثر من {most} صورة.</translation>
        </message>
        <message>
            <source>The line names the model {model}, the job asks {other}. Give the job a model, or split the file.</source>
            <translation>يسمّي السطر النموذج {model}، والمهمة تسأل {other}. حدّد للمهمة نموذجًا، أو قسّم الملف.</translation>
        </message>
        <message>
            <source>The list names no file for this system; the download page may know more.</source>
            <translation>لا تذكر القائمة ملفًا لهذا النظام؛ وقد تجد المزيد في صفحة التنزيل.</translation>
        </message>
        <message>
            <source>The list of keys</source>
            <translation>حقل المفاتيح</translation>
        </message>
        <message>
            <source>The list of parts cannot be read. Install Kireji again.</source>
            <translation>تعذرت قراءة قائمة المكوّنات. ثبّت Kireji من جديد.</translation>
        </message>
        <message>
            <source>The list of versions did not arrive within {seconds} seconds.</source>
            <translation>لم تصل قائمة الإصدارات خلال {seconds} ثانية.</translation>
        </message>
        <message>
            <source>The list of versions ended on {date} and was not renewed.</source>
            <translation>انتهت صلاحية قائمة الإصدارات في ⁦{date}⁩ ولم تُجدَّد.</translation>
        </message>
        <message>
            <source>The list of versions is dated {date}, which is in the future.</source>
            <translation>تاريخ قائمة الإصدارات ⁦{date}⁩، وهو في المستقبل.</translation>
        </message>
        <message>
            <source>The list of versions is not signed by a key that is trusted here.</source>
            <translation>قائمة الإصدارات غير موقّعة بمفتاح موثوق به هنا.</translation>
        </message>
        <message>
            <source>The list of versions is written for a later version of Kireji.</source>
            <translation>كُتبت قائمة الإصدارات لإصدار لاحق من Kireji.</translation>
        </message>
        <message>
            <source>The list of versions of {old} was offered again after the one of {new}.</source>
            <translation>عُرضت قائمة الإصدارات المؤرخة في ⁦{old}⁩ مجددًا بعد تلك المؤرخة في ⁦{new}⁩.</translation>
        </message>
        <message>
            <source>The local server</source>
            <translation>الخادم المحلي</translation>
        </message>
        <message>
            <source>The local server was reached, but does not take the key.</source>
            <translation>بُلغ الخادم المحلي، لكنه لا يقبل المفتاح.</translation>
        </message>
        <message>
            <source>The method is {method}; questions are asked with POST.</source>
            <translation>قيمة method هي {method}؛ والأسئلة تُطرح بـ POST.</translation>
        </message>
        <message>
            <source>The model</source>
            <translation>النموذج</translation>
        </message>
        <message>
            <source>The model asked for a tool that is not there ({names}); none ran.</source>
            <translation>طلب النموذج أداة غير موجودة ({names})؛ لم يُشغَّل شيء.</translation>
        </message>
        <message>
            <source>The model decides</source>
            <translation>النموذج يقرر</translation>
        </message>
        <message>
            <source>The model declined to answer.</source>
            <translation>امتنع النموذج عن الإجابة.</translation>
        </message>
        <message>
            <source>The model declined to answer{about}.</source>
            <translation>امتنع النموذج عن الإجابة{about}.</translation>
        </message>
        <message>
            <source>The model declined to answer{about}. Ask differently, or choose another model.</source>
            <translation>امتنع النموذج عن الإجابة{about}. اسأل بطريقة أخرى، أو اختر نموذجًا آخر.</translation>
        </message>
        <message>
            <source>The model declined to judge this example.</source>
            <translation>امتنع النموذج عن الحكم على هذا المثال.</translation>
        </message>
        <message>
            <source>The model gave no answer. Ask again, or with a lower effort.</source>
            <translation>لم يعطِ النموذج إجابة. اسأل مجددًا، أو بجهد أقل.</translation>
        </message>
        <message>
            <source>The model gave no summary.</source>
            <translation>لم يعطِ النموذج ملخصًا.</translation>
        </message>
        <message>
            <source>The model has refused nothing.</source>
            <translation>لم يمتنع النموذج عن شيء.</translation>
        </message>
        <message>
            <source>The model is {sure}.</source>
            <translation>ثقة النموذج: {sure}.</translation>
        </message>
        <message>
            <source>The model may still be loading, or be too large for this computer: ask again, or choose a smaller one.</source>
            <translation>ربما ما زال النموذج قيد التحميل، أو هو أكبر من هذا الحاسوب: اسأل مرة أخرى، أو اختر أصغر منه.</translation>
        </message>
        <message>
            <source>The model quotes nothing for it.</source>
            <translation>لا يقتبس النموذج شيئًا لذلك.</translation>
        </message>
        <message>
            <source>The model reached the maximum length before its first word. Ask again with a lower effort or a higher maximum.</source>
            <translation>بلغ النموذج أقصى طول قبل أول كلمة. اسأل مجددًا بجهد أقل أو حد أعلى.</translation>
        </message>
        <message>
            <source>The model refused to judge; the policy says what is done then.</source>
            <translation>امتنع النموذج عن الحكم؛ وتحدّد السياسة ما يُفعل عندئذٍ.</translation>
        </message>
        <message>
            <source>The model said nothing more after its tools had run. It can be continued.</source>
            <translation>لم يقل النموذج شيئًا بعد تشغيل أدواته. يمكن المتابعة.</translation>
        </message>
        <message>
            <source>The model wanted to go on calling tools after the last round that is allowed; these did not run.</source>
            <translation>أراد النموذج مواصلة استدعاء الأدوات بعد آخر جولة مسموح بها؛ فلم تُشغَّل.</translation>
        </message>
        <message>
            <source>The model {model} cannot see pictures.</source>
            <translation>لا يستطيع النموذج {model} رؤية الصور.</translation>
        </message>
        <message>
            <source>The model {model} does not exist at {host}.</source>
            <translation>النموذج {model} غير موجود على {host}.</translation>
        </message>
        <message>
            <source>The model {model} does not exist or is not open to this key.</source>
            <translation>النموذج {model} غير موجود أو غير متاح لهذا المفتاح.</translation>
        </message>
        <message>
            <source>The model {model} has been retired; {new} replaces it.</source>
            <translation>أُوقف النموذج {model}؛ ويحل محله {new}.</translation>
        </message>
        <message>
            <source>The model {model} is no longer served; {new} replaces it.</source>
            <translation>لم يعد النموذج {model} متاحًا؛ ويحل محله {new}.</translation>
        </message>
        <message>
            <source>The model's answer did not have the form it was asked for, twice.</source>
            <translation>لم تكن إجابة النموذج بالصيغة المطلوبة، مرتين.</translation>
        </message>
        <message>
            <source>The models could not be listed.</source>
            <translation>تعذر سرد النماذج.</translation>
        </message>
        <message>
            <source>The module of {entry} is not installed. Install it again.</source>
            <translation>وحدة {entry} غير مثبتة. ثبّتها مجددًا.</translation>
        </message>
        <message>
            <source>The name of the picture is empty.</source>
            <translation>اسم الصورة فارغ.</translation>
        </message>
        <message>
            <source>The name {name} may only have small letters, digits and hyphens between them.</source>
            <translation>لا يجوز في الاسم {name} إلا أحرف لاتينية صغيرة وأرقام وبينها شرطات.</translation>
        </message>
        <message>
            <source>The new secret</source>
            <translation>السر الجديد</translation>
        </message>
        <message>
            <source>The next question has about {tokens} tokens; with an answer of {answer} it costs about {cost}.</source>
            <translation>في السؤال التالي نحو {tokens} من الرموز؛ ومع إجابة من {answer} تكون تكلفته نحو {cost}.</translation>
        </message>
        <message>
            <source>The next row</source>
            <translation>الصف التالي</translation>
        </message>
        <message>
            <source>The next row (J)</source>
            <translation>الصف التالي (J)</translation>
        </message>
        <message>
            <source>The next version</source>
            <translation>النسخة التالية</translation>
        </message>
        <message>
            <source>The other rows wait as job {id}: kireji batch run {id}</source>
            <translation>تنتظر بقية الصفوف في المهمة {id}: kireji batch run {id}</translation>
        </message>
        <message>
            <source>The page did not arrive within {seconds} seconds.</source>
            <translation>لم تصل الصفحة خلال {seconds} ثانية.</translation>
        </message>
        <message>
            <source>The page is larger than {most} MB, or none.</source>
            <translation>حجم الصفحة أكبر من {most} MB، أو أنها ليست صفحة.</translation>
        </message>
        <message>
            <source>The path of the folder for {name} is too long ({size} bytes).</source>
            <translation>مسار المجلد المخصص لـ ⁦{name}⁩ أطول من اللازم ({size} بايت).</translation>
        </message>
        <message>
            <source>The person can allow it in the settings, under the hosts of tools.</source>
            <translation>يمكن للمستخدم السماح به في الإعدادات، تحت مضيفي الأدوات.</translation>
        </message>
        <message>
            <source>The person did not allow this call.</source>
            <translation>لم يسمح المستخدم بهذا الاستدعاء.</translation>
        </message>
        <message>
            <source>The person has denied this tool.</source>
            <translation>رفض المستخدم هذه الأداة.</translation>
        </message>
        <message>
            <source>The person has switched this tool off.</source>
            <translation>عطّل المستخدم هذه الأداة.</translation>
        </message>
        <message>
            <source>The picture could not be looked through</source>
            <translation>تعذر فحص الصورة</translation>
        </message>
        <message>
            <source>The picture could not be saved as {file}.</source>
            <translation>تعذر حفظ الصورة باسم {file}.</translation>
        </message>
        <message>
            <source>The picture could not be saved in {folder}.</source>
            <translation>تعذر حفظ الصورة في {folder}.</translation>
        </message>
        <message>
            <source>The picture did not arrive within {seconds} seconds.</source>
            <translation>لم تصل الصورة خلال {seconds} ثانية.</translation>
        </message>
        <message>
            <source>The picture has more than {most} million pixels.</source>
            <translation>في الصورة أكثر من {most} مليون بكسل.</translation>
        </message>
        <message>
            <source>The picture in another language</source>
            <translation>الصورة بلغة أخرى</translation>
        </message>
        <message>
            <source>The picture in the line</source>
            <translation>الصورة التي في السطر</translation>
        </message>
        <message>
            <source>The picture in the line is not written as base64.</source>
            <translation>الصورة التي في السطر ليست مكتوبة بصيغة base64.</translation>
        </message>
        <message>
            <source>The picture is on this computer or near it, where no service can fetch it: {host}.</source>
            <translation>الصورة على هذا الحاسوب أو قريبًا منه، حيث لا تستطيع أي خدمة جلبها: ‎{host}‎.</translation>
        </message>
        <message>
            <source>The picture is too large for the text reader.</source>
            <translation>الصورة أكبر من قدرة قارئ النص.</translation>
        </message>
        <message>
            <source>The picture is too large to open.</source>
            <translation>الصورة أكبر من أن تُفتح.</translation>
        </message>
        <message>
            <source>The picture {name} cannot be read: {reason}.</source>
            <translation>تعذرت قراءة الصورة {name}: {reason}.</translation>
        </message>
        <message>
            <source>The picture {name} is larger than {most} MB.</source>
            <translation>الصورة {name} أكبر من {most} م.ب.</translation>
        </message>
        <message>
            <source>The picture {name} is not on this computer.</source>
            <translation>الصورة {name} ليست على هذا الحاسوب.</translation>
        </message>
        <message>
            <source>The pictures are identical.</source>
            <translation>الصورتان متطابقتان.</translation>
        </message>
        <message>
            <source>The pictures could not be looked through for what should be hidden; nothing was sent.</source>
            <translation>تعذر فحص الصور بحثًا عما ينبغي إخفاؤه؛ ولم يُرسل شيء.</translation>
        </message>
        <message>
            <source>The pictures have different sizes.</source>
            <translation>للصورتين مقاسان مختلفان.</translation>
        </message>
        <message>
            <source>The pictures have different sizes; the second was compared at the size of the first.</source>
            <translation>للصورتين مقاسان مختلفان؛ قورنت الثانية بمقاس الأولى.</translation>
        </message>
        <message>
            <source>The place where this was captured lies on no screen any more.</source>
            <translation>لم يعد الموضع الذي التُقطت منه هذه الصورة على أي شاشة.</translation>
        </message>
        <message>
            <source>The plugin or the server has changed while the call waited; it was not run.</source>
            <translation>تغيّر الملحق أو الخادم بينما كان الاستدعاء ينتظر؛ فلم يُشغَّل.</translation>
        </message>
        <message>
            <source>The plugin {name} did not start within {seconds} seconds.</source>
            <translation>لم يبدأ الملحق {name} خلال {seconds} ثانية.</translation>
        </message>
        <message>
            <source>The plugin {name} does not say which tools it has.</source>
            <translation>لا يذكر الملحق {name} ما لديه من أدوات.</translation>
        </message>
        <message>
            <source>The plugin {name} has changed just now.</source>
            <translation>تغيّر الملحق {name} للتو.</translation>
        </message>
        <message>
            <source>The plugin {name} has no folder to work in: {reason}.</source>
            <translation>ليس للملحق {name} مجلد يعمل فيه: {reason}.</translation>
        </message>
        <message>
            <source>The plugin {name} stopped unexpectedly ({reason}).</source>
            <translation>توقف الملحق {name} فجأة ({reason}).</translation>
        </message>
        <message>
            <source>The plugin {name} wrote where only Kireji's protocol may be, and was ended.</source>
            <translation>كتب الملحق {name} حيث لا يجوز إلا بروتوكول Kireji، فأُنهي.</translation>
        </message>
        <message>
            <source>The pointer is on no screen.</source>
            <translation>المؤشر ليس على أي شاشة.</translation>
        </message>
        <message>
            <source>The policy does not let it pass.</source>
            <translation>لا تسمح السياسة بمروره.</translation>
        </message>
        <message>
            <source>The policy has no category {name}.</source>
            <translation>ليس في السياسة فئة {name}.</translation>
        </message>
        <message>
            <source>The policy is longer than {count} KB.</source>
            <translation>السياسة أطول من {count} ك.بايت.</translation>
        </message>
        <message>
            <source>The policy of this job cannot be read any more.</source>
            <translation>لم تعد قراءة سياسة هذه المهمة ممكنة.</translation>
        </message>
        <message>
            <source>The policy says what is done then. Another model may judge it.</source>
            <translation>تحدّد السياسة ما يُفعل عندئذٍ. وقد يحكم عليه نموذج آخر.</translation>
        </message>
        <message>
            <source>The policy {name}{where} cannot be used: {reason}</source>
            <translation>لا تصلح السياسة {name}{where}: {reason}</translation>
        </message>
        <message>
            <source>The policy “{title}” that came with Kireji holds again.</source>
            <translation>عادت سياسة «{title}» المرفقة مع Kireji سارية.</translation>
        </message>
        <message>
            <source>The policy's name may only have small letters, digits and hyphens between them, 64 at most.</source>
            <translation>لا يجوز في اسم السياسة إلا أحرف لاتينية صغيرة وأرقام وبينها شرطات، 64 على الأكثر.</translation>
        </message>
        <message>
            <source>The price of this model is unknown, so only the number of questions is limited.</source>
            <translation>سعر هذا النموذج غير معروف، لذا لا يُحدّ إلا عدد الأسئلة.</translation>
        </message>
        <message>
            <source>The price of {name} is unknown, so no budget can hold for it; nothing was sent.</source>
            <translation>سعر {name} غير معروف، لذا لا يمكن أن تسري عليه أي ميزانية؛ ولم يُرسل شيء.</translation>
        </message>
        <message>
            <source>The program in front takes no keys from others.</source>
            <translation>لا يقبل البرنامج الأمامي مفاتيح من غيره.</translation>
        </message>
        <message>
            <source>The program is ending.</source>
            <translation>البرنامج في طور الانتهاء.</translation>
        </message>
        <message>
            <source>The program that holds the clipboard does not answer.</source>
            <translation>البرنامج الذي يملك الحافظة لا يجيب.</translation>
        </message>
        <message>
            <source>The program {path} is not there.</source>
            <translation>البرنامج {path} غير موجود.</translation>
        </message>
        <message>
            <source>The program “{command}” was not found. It was looked for in {folders}.</source>
            <translation>لم يُعثر على البرنامج «{command}». جرى البحث عنه في ‎{folders}‎.</translation>
        </message>
        <message>
            <source>The prompt is empty.</source>
            <translation>السؤال فارغ.</translation>
        </message>
        <message>
            <source>The prompt names a column that is not there.</source>
            <translation>يسمّي السؤال عمودًا غير موجود.</translation>
        </message>
        <message>
            <source>The prompt names no column, so every row would ask the same.</source>
            <translation>لا يسمّي السؤال أي عمود، فيصير واحدًا لكل الصفوف.</translation>
        </message>
        <message>
            <source>The prompt {name} cannot be saved: {reason}.</source>
            <translation>تعذر حفظ السؤال السريع {name}: {reason}.</translation>
        </message>
        <message>
            <source>The prompt {name} has no variable {variable}.</source>
            <translation>ليس في السؤال السريع {name} متغيّر باسم {variable}.</translation>
        </message>
        <message>
            <source>The prompt {name} needs a value for {names}.</source>
            <translation>يحتاج السؤال السريع {name} إلى قيمة لـ {names}.</translation>
        </message>
        <message>
            <source>The prompt “{title}” that came with Kireji holds again.</source>
            <translation>عاد السؤال السريع «{title}» المرفق مع Kireji ساريًا.</translation>
        </message>
        <message>
            <source>The proxy</source>
            <translation>الوكيل</translation>
        </message>
        <message>
            <source>The proxy asks for a name and a password.</source>
            <translation>يطلب الوكيل اسمًا وكلمة سر.</translation>
        </message>
        <message>
            <source>The proxy cannot be used for servers of tools.</source>
            <translation>لا يمكن استعمال الوكيل لخوادم الأدوات.</translation>
        </message>
        <message>
            <source>The proxy does not let {host} through.</source>
            <translation>لا يسمح الوكيل بالمرور إلى {host}.</translation>
        </message>
        <message>
            <source>The proxy {address} does not answer.</source>
            <translation>لا يجيب الوكيل {address}.</translation>
        </message>
        <message>
            <source>The question is no longer in this conversation.</source>
            <translation>لم يعد السؤال في هذه المحادثة.</translation>
        </message>
        <message>
            <source>The question was not sent.</source>
            <translation>لم يُرسل السؤال.</translation>
        </message>
        <message>
            <source>The queue of jobs in {path} is damaged.</source>
            <translation>طابور المهام في ‎{path} تالف.</translation>
        </message>
        <message>
            <source>The reading was stopped; nothing of it was kept.</source>
            <translation>أُوقفت القراءة؛ ولم يُحفظ منها شيء.</translation>
        </message>
        <message>
            <source>The region has changed</source>
            <translation>تغيّرت المنطقة</translation>
        </message>
        <message>
            <source>The region has changed more than {per_hour} times in an hour and is not watched any more. Watch a smaller region, or begin again later.</source>
            <translation>تغيّرت المنطقة أكثر من {per_hour} مرة في ساعة ولم تعد مراقَبة. راقب منطقة أصغر، أو ابدأ لاحقًا.</translation>
        </message>
        <message>
            <source>The region has changed.</source>
            <translation>تغيّرت المنطقة.</translation>
        </message>
        <message>
            <source>The region is not watched any more.</source>
            <translation>لم تعد المنطقة مراقَبة.</translation>
        </message>
        <message>
            <source>The region {rect} has nothing of the screen in it.</source>
            <translation>لا شيء من الشاشة في المنطقة {rect}.</translation>
        </message>
        <message>
            <source>The region {rect} lies outside every screen.</source>
            <translation>تقع المنطقة {rect} خارج كل الشاشات.</translation>
        </message>
        <message>
            <source>The registry cannot be read.</source>
            <translation>تعذرت قراءة سجل Windows.</translation>
        </message>
        <message>
            <source>The registry cannot be written.</source>
            <translation>تعذرت الكتابة في سجل Windows.</translation>
        </message>
        <message>
            <source>The results broke off before their end.</source>
            <translation>انقطعت النتائج قبل نهايتها.</translation>
        </message>
        <message>
            <source>The results of a batch of {rows} rows do not end.</source>
            <translation>نتائج دفعة صفوفها {rows} لا تنتهي.</translation>
        </message>
        <message>
            <source>The results of the batches that it could be cannot be read any more.</source>
            <translation>لم تعد قراءة نتائج الدفعات المحتملة ممكنة.</translation>
        </message>
        <message>
            <source>The row before</source>
            <translation>الصف السابق</translation>
        </message>
        <message>
            <source>The row before (K)</source>
            <translation>الصف السابق (K)</translation>
        </message>
        <message>
            <source>The row cannot be read: {reason}.</source>
            <translation>تعذرت قراءة الصف: {reason}.</translation>
        </message>
        <message>
            <source>The row has no cell “{column}”.</source>
            <translation>لا خلية في الصف للعمود «{column}».</translation>
        </message>
        <message>
            <source>The row has {cells} cells, the table {columns} columns.</source>
            <translation>خلايا الصف {cells}، وأعمدة الجدول {columns}.</translation>
        </message>
        <message>
            <source>The row has {count} pictures, and {model} takes {most} at most.</source>
            <translation>عدد صور الصف {count}، ويقبل {model} منها {most} على الأكثر.</translation>
        </message>
        <message>
            <source>The row is not UTF-8.</source>
            <translation type="vanished">الصف ليس UTF-8.</translation>
        </message>
        <message>
            <source>The row is not UTF-8. Save the table as CSV UTF-8.</source>
            <translation>الصف ليس UTF-8. احفظ الجدول بصيغة CSV UTF-8.</translation>
        </message>
        <message>
            <source>The rules need too much work for this; the rest of an answer would not be shown.</source>
            <translation>تتطلب القواعد لهذا عملًا أكثر من اللازم؛ ولن تُعرض بقية الإجابة.</translation>
        </message>
        <message>
            <source>The rules were changed since then, and the version was not counted up.</source>
            <translation>تغيّرت القواعد منذ ذلك الحين ولم يُرفع رقم الإصدار.</translation>
        </message>
        <message>
            <source>The same for the edges that Ctrl and Alt move</source>
            <translation>الشيء نفسه للحواف التي يحرّكها Ctrl وAlt</translation>
        </message>
        <message>
            <source>The same region again</source>
            <translation>المنطقة نفسها مجددًا</translation>
        </message>
        <message>
            <source>The same request as row {number}; it was asked once.</source>
            <translation>الطلب نفسه في الصف {number}؛ وقد سُئل عنه مرة واحدة.</translation>
        </message>
        <message>
            <source>The same text is an example and a counterexample of {category}.</source>
            <translation>النص نفسه مثال ومثال مضاد للفئة {category}.</translation>
        </message>
        <message>
            <source>The same text stands there twice.</source>
            <translation>النص نفسه وارد هناك مرتين.</translation>
        </message>
        <message>
            <source>The schema cannot be used: line {line}, {place}: {reason}.</source>
            <translation>لا يصلح المخطط: السطر {line}، ⁦{place}⁩: {reason}.</translation>
        </message>
        <message>
            <source>The schema cannot be used: {reason}.</source>
            <translation>لا يصلح المخطط: {reason}.</translation>
        </message>
        <message>
            <source>The schema does not say what stands in {place}.</source>
            <translation>لا يقول المخطط ما يوجد في {place}.</translation>
        </message>
        <message>
            <source>The schema has a choice without choices.</source>
            <translation>في المخطط اختيار بلا خيارات.</translation>
        </message>
        <message>
            <source>The schema is larger than 1 MB.</source>
            <translation>المخطط أكبر من 1 م.بايت.</translation>
        </message>
        <message>
            <source>The schema is nested too deeply.</source>
            <translation>تداخل المخطط أعمق من اللازم.</translation>
        </message>
        <message>
            <source>The schema is not a JSON object.</source>
            <translation>المخطط ليس كائن JSON.</translation>
        </message>
        <message>
            <source>The schema is not complete.</source>
            <translation>المخطط غير مكتمل.</translation>
        </message>
        <message>
            <source>The schema is not valid JSON: it is no UTF-8 text, or nested too deeply.</source>
            <translation>المخطط ليس JSON صحيحًا: ليس نص UTF-8، أو تداخله أعمق من اللازم.</translation>
        </message>
        <message>
            <source>The schema is not valid JSON: line {line}: {reason}.</source>
            <translation>المخطط ليس JSON صحيحًا: السطر {line}: {reason}.</translation>
        </message>
        <message>
            <source>The schema is not valid JSON: {reason}.</source>
            <translation>المخطط ليس JSON صحيحًا: {reason}.</translation>
        </message>
        <message>
            <source>The schema is too large to be asked for.</source>
            <translation>المخطط أكبر من أن يُطلب.</translation>
        </message>
        <message>
            <source>The schema must be that of an object or of a list of objects.</source>
            <translation>يجب أن يكون المخطط لكائن أو لقائمة كائنات.</translation>
        </message>
        <message>
            <source>The schema names more than {most} values.</source>
            <translation>يسمّي المخطط أكثر من {most} قيمة.</translation>
        </message>
        <message>
            <source>The schema names nothing that could be extracted.</source>
            <translation>لا يسمّي المخطط شيئًا يمكن استخراجه.</translation>
        </message>
        <message>
            <source>The schema refers to {reference}, which does not stand in it.</source>
            <translation>يحيل المخطط إلى ⁦{reference}⁩، وهو غير موجود فيه.</translation>
        </message>
        <message>
            <source>The screen cannot be captured here.</source>
            <translation>لا يمكن التقاط الشاشة هنا.</translation>
        </message>
        <message>
            <source>The screen could not be captured.</source>
            <translation>تعذر التقاط الشاشة.</translation>
        </message>
        <message>
            <source>The screens have changed, so the capture was closed. Press the shortcut to start again.</source>
            <translation>تغيّرت الشاشات فأُغلق الالتقاط. اضغط الاختصار للبدء من جديد.</translation>
        </message>
        <message>
            <source>The second picture shows a part of the first, or the same scrolled.</source>
            <translation>تعرض الصورة الثانية جزءًا من الأولى، أو الشيء نفسه بعد التمرير.</translation>
        </message>
        <message>
            <source>The second picture shows a part of the first, or the same scrolled; only what both show was compared.</source>
            <translation>تعرض الصورة الثانية جزءًا من الأولى أو الشيء نفسه بعد التمرير؛ ولم يُقارن إلا ما تعرضه كلتاهما.</translation>
        </message>
        <message>
            <source>The secret of the webhook is not one: it begins with whsec_, and Base64 follows.</source>
            <translation>سر Webhook ليس سرًّا صالحًا: السر يبدأ بـ whsec_ ويليه Base64.</translation>
        </message>
        <message>
            <source>The secret that messages are signed with is in the keychain.</source>
            <translation>السر الذي تُوقَّع به الرسائل في سلسلة المفاتيح.</translation>
        </message>
        <message>
            <source>The selected text</source>
            <translation>النص المحدد</translation>
        </message>
        <message>
            <source>The selected text can be had here only by pressing the copy keys.</source>
            <translation>لا يمكن الحصول على النص المحدد هنا إلا بضغط مفتاحي النسخ.</translation>
        </message>
        <message>
            <source>The server is removed, but its secrets are still in the keychain: {why}</source>
            <translation>أُزيل الخادم، لكن أسراره ما زالت في سلسلة المفاتيح: {why}</translation>
        </message>
        <message>
            <source>The service accepts this key.</source>
            <translation>تقبل الخدمة هذا المفتاح.</translation>
        </message>
        <message>
            <source>The service counts…</source>
            <translation>الخدمة تعدّ…</translation>
        </message>
        <message>
            <source>The service does not know a batch that it had taken. If the key or the address was changed to another account's, change it back and resume the job.</source>
            <translation>لا تعرف الخدمة دفعة كانت قد قبلتها. إن غُيّر المفتاح أو العنوان إلى حساب آخر فأعده كما كان، ثم استأنف المهمة.</translation>
        </message>
        <message>
            <source>The service does not list its batches: {why}</source>
            <translation>لا تسرد الخدمة دفعاتها: {why}</translation>
        </message>
        <message>
            <source>The service does not take this conversation's earlier reasoning back.</source>
            <translation>لا تقبل الخدمة استرجاع التفكير السابق في هذه المحادثة.</translation>
        </message>
        <message>
            <source>The service gave no answer and no reason.</source>
            <translation>لم تعطِ الخدمة إجابة ولا سببًا.</translation>
        </message>
        <message>
            <source>The service has deleted the results: it keeps them for 29 days.</source>
            <translation>حذفت الخدمة النتائج: تحتفظ بها 29 يومًا.</translation>
        </message>
        <message numerus="yes">
            <source>The service may have these {n} rows already. Sent again, they may be paid for twice.</source>
            <extracomment>The service may have 1 row already. Sent again, it may be paid for twice.</extracomment>
            <translation>
                <numerusform>ربما لدى الخدمة هذه الصفوف ({n}) من قبل. إن أُرسلت مجددًا فقد يُدفع ثمنها مرتين.</numerusform>
                <numerusform>ربما لدى الخدمة هذا الصف من قبل. إن أُرسل مجددًا فقد يُدفع ثمنه مرتين.</numerusform>
                <numerusform>ربما لدى الخدمة هذان الصفان من قبل. إن أُرسلا مجددًا فقد يُدفع ثمنهما مرتين.</numerusform>
                <numerusform>ربما لدى الخدمة هذه الصفوف ({n}) من قبل. إن أُرسلت مجددًا فقد يُدفع ثمنها مرتين.</numerusform>
                <numerusform>ربما لدى الخدمة هذه الصفوف ({n}) من قبل. إن أُرسلت مجددًا فقد يُدفع ثمنها مرتين.</numerusform>
                <numerusform>ربما لدى الخدمة هذه الصفوف ({n}) من قبل. إن أُرسلت مجددًا فقد يُدفع ثمنها مرتين.</numerusform>
            </translation>
        </message>
        <message>
            <source>The service mixed results of others into a batch, and some of its own are missing.</source>
            <translation>خلطت الخدمة نتائج غيرها بدفعة، وبعض نتائج الدفعة نفسها ناقص.</translation>
        </message>
        <message>
            <source>The service refused the whole batch.</source>
            <translation>رفضت الخدمة الدفعة كلها.</translation>
        </message>
        <message numerus="yes">
            <source>The service takes its time, {n} hours at most; the answers are kept for you meanwhile.</source>
            <extracomment>The service takes its time, an hour at most; the answers are kept for you meanwhile.</extracomment>
            <translation>
                <numerusform>تأخذ الخدمة وقتها، {n} ساعة على الأكثر؛ وتُحفظ لك الإجابات في هذه الأثناء.</numerusform>
                <numerusform>تأخذ الخدمة وقتها، ساعة على الأكثر؛ وتُحفظ لك الإجابات في هذه الأثناء.</numerusform>
                <numerusform>تأخذ الخدمة وقتها، ساعتين على الأكثر؛ وتُحفظ لك الإجابات في هذه الأثناء.</numerusform>
                <numerusform>تأخذ الخدمة وقتها، {n} ساعات على الأكثر؛ وتُحفظ لك الإجابات في هذه الأثناء.</numerusform>
                <numerusform>تأخذ الخدمة وقتها، {n} ساعة على الأكثر؛ وتُحفظ لك الإجابات في هذه الأثناء.</numerusform>
                <numerusform>تأخذ الخدمة وقتها، {n} ساعة على الأكثر؛ وتُحفظ لك الإجابات في هذه الأثناء.</numerusform>
            </translation>
        </message>
        <message>
            <source>The service's answer to {rows} rows was lost. Whether it has them, its own list will show; they are not sent twice.</source>
            <translation>ضاع رد الخدمة على صفوف عددها {rows}. ستُظهر قائمتها هل تسلّمتها؛ ولا تُرسل مرتين.</translation>
        </message>
        <message>
            <source>The services were asked to cancel. Wait until the page of jobs says that they have.</source>
            <translation>طُلب من الخدمات الإلغاء. انتظر حتى تبيّن صفحة المهام أنها ألغتها.</translation>
        </message>
        <message>
            <source>The set has more than {count} items.</source>
            <translation>في المجموعة أكثر من {count} عنصر.</translation>
        </message>
        <message>
            <source>The set has no such item any more.</source>
            <translation>لم يعد هذا العنصر في المجموعة.</translation>
        </message>
        <message>
            <source>The set is empty.</source>
            <translation>المجموعة فارغة.</translation>
        </message>
        <message>
            <source>The set is longer than {count} MB.</source>
            <translation>المجموعة أطول من {count} م.بايت.</translation>
        </message>
        <message>
            <source>The set {name} cannot be used with this policy.</source>
            <translation>لا تصلح المجموعة {name} لهذه السياسة.</translation>
        </message>
        <message>
            <source>The settings, the tools or the program have changed since, or a stop text went along.</source>
            <translation type="vanished">تغيّرت الإعدادات أو الأدوات أو البرنامج منذ ذلك الحين، أو أُرسل معه نص إيقاف.</translation>
        </message>
        <message>
            <source>The shortcut cannot be held here.</source>
            <translation>لا يمكن حجز الاختصار هنا.</translation>
        </message>
        <message>
            <source>The shortcuts were declined in the desktop's dialog.</source>
            <translation>رُفضت الاختصارات في مربع حوار سطح المكتب.</translation>
        </message>
        <message>
            <source>The sign-in was declined in the browser.</source>
            <translation>رُفض تسجيل الدخول في المتصفح.</translation>
        </message>
        <message>
            <source>The signature of the list of versions is wrong: somebody has changed it, or it was damaged.</source>
            <translation>توقيع قائمة الإصدارات غير صحيح: غيّرها أحد، أو تلفت.</translation>
        </message>
        <message>
            <source>The summary is attached to your next question, where you can read, change or remove it.</source>
            <translation>يُرفق الملخص بسؤالك التالي، وهناك يمكنك قراءته أو تغييره أو إزالته.</translation>
        </message>
        <message>
            <source>The table has more than one column “{name}”.</source>
            <translation>في الجدول أكثر من عمود باسم «{name}».</translation>
        </message>
        <message>
            <source>The table has no column “{name}”.</source>
            <translation>لا عمود في الجدول باسم «{name}».</translation>
        </message>
        <message>
            <source>The table has no column “{name}”; did you mean “{meant}”?</source>
            <translation>لا عمود في الجدول باسم «{name}»؛ هل قصدت «{meant}»؟</translation>
        </message>
        <message>
            <source>The text for {variable} is longer than {most} characters.</source>
            <translation>النص في {variable} أطول من {most} حرف.</translation>
        </message>
        <message>
            <source>The text has errors. What is shown here is what it said before them.</source>
            <translation>في النص أخطاء. المعروض هنا ما كان يقوله قبلها.</translation>
        </message>
        <message>
            <source>The text has {count} characters; at most {most} can be translated at once.</source>
            <translation>في النص {count} حرف؛ ويمكن ترجمة {most} على الأكثر دفعة واحدة.</translation>
        </message>
        <message>
            <source>The text in the picture could not be read on this computer, so nobody knows whether the values stand there.</source>
            <translation>تعذرت قراءة النص في الصورة على هذا الحاسوب، فلا يُعرف هل القيم موجودة فيها.</translation>
        </message>
        <message>
            <source>The text in these pictures could not be read on this computer, so nobody knows whether the values stand there: {names}.</source>
            <translation>تعذرت قراءة النص في هذه الصور على هذا الحاسوب، فلا يُعرف هل القيم موجودة فيها: {names}.</translation>
        </message>
        <message>
            <source>The text is longer than a cell of a spreadsheet can hold, and is cut.</source>
            <translation>النص أطول مما تتسع له خلية في جدول بيانات، وقد قُطع.</translation>
        </message>
        <message>
            <source>The text is longer than {count} letters, which no model reads.</source>
            <translation>النص أطول من {count} حرف، ولا نموذج يقرأ ذلك.</translation>
        </message>
        <message>
            <source>The text is longer than {most} MB.</source>
            <translation>النص أطول من {most} م.ب.</translation>
        </message>
        <message>
            <source>The text is on the clipboard.</source>
            <translation>النص في الحافظة.</translation>
        </message>
        <message>
            <source>The text of one: {command}</source>
            <translation>نص إحداها: ⁦{command}⁩</translation>
        </message>
        <message>
            <source>The text of the policy has errors. Correct them first.</source>
            <translation>في نص السياسة أخطاء. صحّحها أولًا.</translation>
        </message>
        <message>
            <source>The text reader cannot open this picture.</source>
            <translation>لا يستطيع قارئ النص فتح هذه الصورة.</translation>
        </message>
        <message>
            <source>The text reader could not be started.</source>
            <translation>تعذر تشغيل قارئ النص.</translation>
        </message>
        <message>
            <source>The text reader gave an answer that makes no sense and was ended.</source>
            <translation>أعطى قارئ النص جوابًا لا معنى له فأُنهي.</translation>
        </message>
        <message>
            <source>The text reader gave no answer for {silence_seconds} seconds and was ended.</source>
            <translation>لم يُجب قارئ النص طوال {silence_seconds} ثانية فأُنهي.</translation>
        </message>
        <message>
            <source>The text reader is not installed ({missing}).</source>
            <translation>قارئ النص غير مثبّت ({missing}).</translation>
        </message>
        <message>
            <source>The text reader is not installed completely.</source>
            <translation>قارئ النص غير مثبّت بالكامل.</translation>
        </message>
        <message>
            <source>The text reader on this computer stopped unexpectedly.</source>
            <translation>توقف قارئ النص على هذا الحاسوب فجأة.</translation>
        </message>
        <message>
            <source>The text reader was closed.</source>
            <translation>أُغلق قارئ النص.</translation>
        </message>
        <message>
            <source>The text that is judged, such as {{text}}; empty judges the picture alone.</source>
            <translation>النص المحكوم عليه، مثل ⁦{{text}}⁩؛ وإن تُرك فارغًا حُكم على الصورة وحدها.</translation>
        </message>
        <message>
            <source>The text that is rewritten</source>
            <translation>النص الذي تُعاد صياغته</translation>
        </message>
        <message>
            <source>The text to ask about</source>
            <translation>النص المسؤول عنه</translation>
        </message>
        <message>
            <source>The tool did not answer within {seconds} seconds; it was ended.</source>
            <translation>لم تُجب الأداة خلال {seconds} ثانية؛ فأُنهيت.</translation>
        </message>
        <message>
            <source>The tool was ended before it had answered.</source>
            <translation>أُنهيت الأداة قبل أن تُجيب.</translation>
        </message>
        <message>
            <source>The tool {name} could not be started in time.</source>
            <translation>تعذر تشغيل الأداة {name} في الوقت المحدد.</translation>
        </message>
        <message>
            <source>The transport sse is outdated and not spoken here. Most such servers also answer at an address that ends with /mcp: enter that with "type": "http".</source>
            <translation>طريقة النقل sse قديمة ولا تُستعمل هنا. أغلب هذه الخوادم تجيب أيضًا على عنوان ينتهي بـ ‎/mcp: أدخله مع ‎"type": "http"‎.</translation>
        </message>
        <message>
            <source>The type {kind} is unknown. Use "stdio" or "http".</source>
            <translation>النوع {kind} غير معروف. استعمل "stdio" أو "http".</translation>
        </message>
        <message>
            <source>The url must begin with https:// or http:// and name a host.</source>
            <translation>يجب أن يبدأ url بـ https://‎ أو http://‎ وأن يذكر مضيفًا.</translation>
        </message>
        <message>
            <source>The url or a header cannot be sent as it stands.</source>
            <translation>لا يمكن إرسال url أو إحدى الترويسات كما هي.</translation>
        </message>
        <message>
            <source>The usual policy</source>
            <translation>السياسة المعتادة</translation>
        </message>
        <message>
            <source>The variable {name} is not set.</source>
            <translation>المتغير {name} غير معيّن.</translation>
        </message>
        <message>
            <source>The verdict is coming…</source>
            <translation>الحكم في الطريق…</translation>
        </message>
        <message>
            <source>The version before</source>
            <translation>النسخة السابقة</translation>
        </message>
        <message>
            <source>The webhook has no secret to sign with, so nothing is sent to it.</source>
            <translation>لا سر لـ Webhook يُوقَّع به، لذا لا يُرسل إليه شيء.</translation>
        </message>
        <message>
            <source>The windows are not known on this desktop. Drag to cut out a region.</source>
            <translation>النوافذ غير معروفة على سطح المكتب هذا. اسحب لاقتطاع منطقة.</translation>
        </message>
        <message>
            <source>The windows of other programs are not told here.</source>
            <translation>نوافذ البرامج الأخرى غير معروفة هنا.</translation>
        </message>
        <message>
            <source>The words of every text or picture in another language.</source>
            <translation>كلمات كل نص أو صورة بلغة أخرى.</translation>
        </message>
        <message>
            <source>The {count} requests in the ledger hold together, but nothing says whether some are missing at its end.</source>
            <translation>الطلبات في الدفتر ({count}) متماسكة، لكن لا شيء يدل على ما إذا كان بعضها مفقودًا من آخره.</translation>
        </message>
        <message>
            <source>The {kind} file is damaged.</source>
            <translation>ملف {kind} تالف.</translation>
        </message>
        <message>
            <source>Their files are only read. What is there under the same name stays as it is.</source>
            <translation>تُقرأ ملفاتها فقط. وما هو موجود هنا بالاسم نفسه يبقى كما هو.</translation>
        </message>
        <message>
            <source>There already: {names}.</source>
            <translation>موجود بالفعل: {names}.</translation>
        </message>
        <message>
            <source>There are both a command and a url. Keep one of them.</source>
            <translation>يوجد command وurl معًا. أبقِ أحدهما.</translation>
        </message>
        <message>
            <source>There are more than {count} policies; this one and those after it are left out.</source>
            <translation>هناك أكثر من {count} سياسة؛ تُركت هذه وما بعدها.</translation>
        </message>
        <message>
            <source>There are more than {count} {key}.</source>
            <translation>عدد {key} أكثر من {count}.</translation>
        </message>
        <message>
            <source>There are more than {most} files; choose a smaller folder.</source>
            <translation>الملفات أكثر من {most}؛ اختر مجلدًا أصغر.</translation>
        </message>
        <message>
            <source>There are no captures yet.</source>
            <translation>لا لقطات بعد.</translation>
        </message>
        <message>
            <source>There are no captures yet. Capture something, then choose this again.</source>
            <translation>لا لقطات بعد. التقط شيئًا، ثم اختر هذا مجددًا.</translation>
        </message>
        <message>
            <source>There are no certificates (PEM) in this file. Choose another one, or remove it here.</source>
            <translation>لا شهادات (PEM) في هذا الملف. اختر غيره، أو أزله هنا.</translation>
        </message>
        <message>
            <source>There are no conversations in {name}.</source>
            <translation>لا محادثات في {name}.</translation>
        </message>
        <message>
            <source>There are no jobs yet. Make one with: kireji batch add FILE</source>
            <translation>لا مهام بعد. أنشئ واحدة بالأمر: kireji batch add FILE</translation>
        </message>
        <message>
            <source>There are no messages in it.</source>
            <translation>لا رسائل فيه.</translation>
        </message>
        <message>
            <source>There are no others yet.</source>
            <translation>لا توجد محادثات أخرى بعد.</translation>
        </message>
        <message>
            <source>There are no pictures in {folder}.</source>
            <translation>لا صور في ‎{folder}.</translation>
        </message>
        <message>
            <source>There are no rows.</source>
            <translation>لا صفوف.</translation>
        </message>
        <message>
            <source>There are no tools yet.</source>
            <translation>لا توجد أدوات بعد.</translation>
        </message>
        <message>
            <source>There are no words in it.</source>
            <translation>لا كلمات فيه.</translation>
        </message>
        <message>
            <source>There are pictures in it, which do not fit into one JSON file.</source>
            <translation>فيها صور لا يتسع لها ملف JSON واحد.</translation>
        </message>
        <message>
            <source>There are pictures in it, which do not fit into one Markdown file.</source>
            <translation>فيها صور لا يتسع لها ملف Markdown واحد.</translation>
        </message>
        <message>
            <source>There are several tables in the file, with an empty line between them; .xlsx keeps them apart.</source>
            <translation>في الملف عدة جداول وبينها سطر فارغ؛ أما ⁦.xlsx⁩ فيفصل بينها.</translation>
        </message>
        <message>
            <source>There are two plugins with the name {name}: {first} is used, and {second} is not. Rename one of them.</source>
            <translation>يوجد ملحقان باسم {name}: يُستعمل {first}، ولا يُستعمل {second}. غيّر اسم أحدهما.</translation>
        </message>
        <message>
            <source>There are two with the id {name}.</source>
            <translation>هناك اثنان بالمعرّف {name}.</translation>
        </message>
        <message>
            <source>There are two with the name {name}.</source>
            <translation>هناك اثنان بالاسم {name}.</translation>
        </message>
        <message>
            <source>There is a key for {name} for this session.</source>
            <translation>يوجد مفتاح لـ {name} لهذه الجلسة.</translation>
        </message>
        <message>
            <source>There is a key for {name} in the environment ({variable}).</source>
            <translation>يوجد مفتاح لـ {name} في متغيرات البيئة ({variable}).</translation>
        </message>
        <message>
            <source>There is a key for {name} in your keychain.</source>
            <translation>يوجد مفتاح لـ {name} في سلسلة المفاتيح.</translation>
        </message>
        <message>
            <source>There is a server called {name} already.</source>
            <translation>يوجد خادم باسم {name} بالفعل.</translation>
        </message>
        <message>
            <source>There is a server called {name} already. Choose another name.</source>
            <translation>يوجد خادم باسم {name} بالفعل. اختر اسمًا آخر.</translation>
        </message>
        <message>
            <source>There is an address for updates, but no key by which its list could be believed.</source>
            <translation>هناك عنوان للتحديثات، لكن لا مفتاح تُصدَّق به قائمته.</translation>
        </message>
        <message>
            <source>There is an address, but no key by which its list could be believed. Enter one below.</source>
            <translation>هناك عنوان، لكن لا مفتاح تُصدَّق به قائمته. أدخل واحدًا أدناه.</translation>
        </message>
        <message>
            <source>There is neither a command nor a url.</source>
            <translation>لا يوجد command ولا url.</translation>
        </message>
        <message>
            <source>There is neither a text nor a picture to judge.</source>
            <translation>لا نص ولا صورة للحكم عليها.</translation>
        </message>
        <message>
            <source>There is no answer</source>
            <translation>لا توجد إجابة</translation>
        </message>
        <message>
            <source>There is no batch service for {model}.</source>
            <translation>لا خدمة دفعات للنموذج {model}.</translation>
        </message>
        <message>
            <source>There is no batch {batch}.</source>
            <translation>لا دفعة برقم {batch}.</translation>
        </message>
        <message>
            <source>There is no conversation in it that can be read.</source>
            <translation>لا توجد فيه محادثة يمكن قراءتها.</translation>
        </message>
        <message>
            <source>There is no conversation {conversation}.</source>
            <translation>لا محادثة برقم {conversation}.</translation>
        </message>
        <message>
            <source>There is no conversation {number}.</source>
            <translation>لا محادثة برقم {number}.</translation>
        </message>
        <message>
            <source>There is no display to hold a key combination on.</source>
            <translation>لا توجد شاشة عرض لحجز تركيبة مفاتيح عليها.</translation>
        </message>
        <message>
            <source>There is no display.</source>
            <translation>لا توجد شاشة عرض.</translation>
        </message>
        <message>
            <source>There is no earlier region yet. Drag to cut one out.</source>
            <translation>لا توجد منطقة سابقة بعد. اسحب لاقتطاع واحدة.</translation>
        </message>
        <message>
            <source>There is no file in it.</source>
            <translation>لا ملف فيه.</translation>
        </message>
        <message>
            <source>There is no folder {path}.</source>
            <translation>لا يوجد مجلد ⁦{path}⁩.</translation>
        </message>
        <message>
            <source>There is no job {job}.</source>
            <translation>لا مهمة برقم {job}.</translation>
        </message>
        <message>
            <source>There is no job {number}.</source>
            <translation>لا مهمة برقم {number}.</translation>
        </message>
        <message>
            <source>There is no key and no model server, so nobody could answer the rows.</source>
            <translation>لا مفتاح ولا خادم نماذج، فلا أحد يجيب عن الصفوف.</translation>
        </message>
        <message>
            <source>There is no key and no server to test it with. Add one under Keys &amp; models; nothing is sent before.</source>
            <translation>لا مفتاح ولا خادم للاختبار به. أضف واحدًا تحت «المفاتيح والنماذج»؛ لا يُرسل شيء قبل ذلك.</translation>
        </message>
        <message>
            <source>There is no key for Anthropic.</source>
            <translation>لا مفتاح لـ Anthropic.</translation>
        </message>
        <message>
            <source>There is no key for OpenRouter.</source>
            <translation>لا مفتاح لـ OpenRouter.</translation>
        </message>
        <message>
            <source>There is no keychain on this computer that Kireji can use.</source>
            <translation>لا توجد على هذا الحاسوب سلسلة مفاتيح يستطيع Kireji استعمالها.</translation>
        </message>
        <message>
            <source>There is no list of versions to hold the file to.</source>
            <translation>لا توجد قائمة إصدارات يُقارَن بها الملف.</translation>
        </message>
        <message>
            <source>There is no part called {name}.</source>
            <translation>لا يوجد مكوّن باسم {name}.</translation>
        </message>
        <message>
            <source>There is no picture at this address.</source>
            <translation>لا صورة على هذا العنوان.</translation>
        </message>
        <message>
            <source>There is no picture in it.</source>
            <translation>لا صورة فيه.</translation>
        </message>
        <message>
            <source>There is no picture on the clipboard. Copy one, or choose a file.</source>
            <translation>لا صورة في الحافظة. انسخ واحدة، أو اختر ملفًا.</translation>
        </message>
        <message>
            <source>There is no picture to be had from {host}.</source>
            <translation>لا يمكن الحصول على صورة من {host}.</translation>
        </message>
        <message>
            <source>There is no picture to take anything out of.</source>
            <translation>لا صورة يُستخرج منها شيء.</translation>
        </message>
        <message>
            <source>There is no picture {name}.</source>
            <translation>لا صورة باسم {name}.</translation>
        </message>
        <message>
            <source>There is no policy that can be used.</source>
            <translation>لا توجد سياسة صالحة للاستعمال.</translation>
        </message>
        <message>
            <source>There is no policy {name}.</source>
            <translation>لا توجد سياسة باسم {name}.</translation>
        </message>
        <message>
            <source>There is no provider {name}.</source>
            <translation>لا مزوّد باسم {name}.</translation>
        </message>
        <message>
            <source>There is no quick prompt called {name}.</source>
            <translation>لا يوجد سؤال سريع باسم {name}.</translation>
        </message>
        <message>
            <source>There is no quick prompt {name}.</source>
            <translation>لا يوجد سؤال سريع باسم {name}.</translation>
        </message>
        <message>
            <source>There is no room for a copy of your data.</source>
            <translation>لا متسع لنسخة من بياناتك.</translation>
        </message>
        <message>
            <source>There is no room for {name}.</source>
            <translation>لا متسع لـ {name}.</translation>
        </message>
        <message>
            <source>There is no room left on the disk for {path}.</source>
            <translation>لم تبق مساحة على القرص لـ {path}.</translation>
        </message>
        <message>
            <source>There is no room to open {name}.</source>
            <translation>لا مساحة لفتح {name}.</translation>
        </message>
        <message>
            <source>There is no row in it that could be asked.</source>
            <translation>لا صف فيه يمكن السؤال عنه.</translation>
        </message>
        <message>
            <source>There is no row that could be tried again.</source>
            <translation>لا صف يمكن إعادة محاولته.</translation>
        </message>
        <message>
            <source>There is no row {number} in this job.</source>
            <translation>لا صف برقم {number} في هذه المهمة.</translation>
        </message>
        <message>
            <source>There is no row {number}.</source>
            <translation>لا صف برقم {number}.</translation>
        </message>
        <message>
            <source>There is no screen.</source>
            <translation>لا توجد شاشة.</translation>
        </message>
        <message>
            <source>There is no server called {name}.</source>
            <translation>لا يوجد خادم باسم {name}.</translation>
        </message>
        <message>
            <source>There is no session bus here, so the desktop cannot be asked.</source>
            <translation>لا ناقل جلسة هنا، ولذلك لا يمكن سؤال سطح المكتب.</translation>
        </message>
        <message>
            <source>There is no signing in to {provider} in the browser.</source>
            <translation>لا تسجيل دخول إلى {provider} في المتصفح.</translation>
        </message>
        <message>
            <source>There is no source of tools with the name {name}.</source>
            <translation>لا يوجد مصدر أدوات باسم {name}.</translation>
        </message>
        <message>
            <source>There is no such row.</source>
            <translation>لا يوجد صف كهذا.</translation>
        </message>
        <message>
            <source>There is no such service at {host}.</source>
            <translation>لا توجد خدمة كهذه على {host}.</translation>
        </message>
        <message>
            <source>There is no table in it.</source>
            <translation>لا جدول فيه.</translation>
        </message>
        <message>
            <source>There is no table in the picture.</source>
            <translation>لا جدول في الصورة.</translation>
        </message>
        <message>
            <source>There is no tool with the name {name}.</source>
            <translation>لا توجد أداة باسم {name}.</translation>
        </message>
        <message>
            <source>There is no verdict to accept.</source>
            <translation>لا حكم للقبول.</translation>
        </message>
        <message>
            <source>There is no verdict.</source>
            <translation>لا حكم.</translation>
        </message>
        <message>
            <source>There is no window under the pointer.</source>
            <translation>لا نافذة تحت المؤشر.</translation>
        </message>
        <message>
            <source>There is no {key}; each is a table that begins with [[{header}]].</source>
            <translation>لا يوجد {key}؛ وكل واحد جدول يبدأ بـ ⁦[[{header}]]⁩.</translation>
        </message>
        <message>
            <source>There is no {name} in {folder}.</source>
            <translation>لا يوجد ⁦{name}⁩ في ⁦{folder}⁩.</translation>
        </message>
        <message>
            <source>There is no {path}.</source>
            <translation>لا وجود لـ ‎{path}.</translation>
        </message>
        <message>
            <source>There is no {what} {name}; did you mean {other}?</source>
            <translation>لا توجد ({what}) باسم {name}؛ هل تقصد {other}؟</translation>
        </message>
        <message>
            <source>There is no {what} {name}; there are: {known}.</source>
            <translation>لا توجد ({what}) باسم {name}؛ الموجود: {known}.</translation>
        </message>
        <message>
            <source>There is not enough memory to read this picture.</source>
            <translation>لا تكفي الذاكرة لقراءة هذه الصورة.</translation>
        </message>
        <message>
            <source>There is nothing in it that can go along.</source>
            <translation>لا شيء فيه يمكن إرساله مع السؤال.</translation>
        </message>
        <message>
            <source>There is nothing in it.</source>
            <translation>لا شيء فيها.</translation>
        </message>
        <message>
            <source>There is nothing on it that was asked for.</source>
            <translation>ليس فيها شيء مما طُلب.</translation>
        </message>
        <message>
            <source>There is nothing to ask about in the clipboard. Copy text, a picture or a file first.</source>
            <translation>لا يوجد في الحافظة ما يُسأل عنه. انسخ نصًا أو صورة أو ملفًا أولًا.</translation>
        </message>
        <message>
            <source>There is nothing to ask.</source>
            <translation>لا شيء يُسأل عنه.</translation>
        </message>
        <message>
            <source>There is nothing to compare this with.</source>
            <translation>لا شيء يُقارن به هذا.</translation>
        </message>
        <message>
            <source>There is nothing to export.</source>
            <translation>لا شيء للتصدير.</translation>
        </message>
        <message>
            <source>There is nothing to judge. Write or paste the text, or attach a picture.</source>
            <translation>لا شيء للحكم عليه. اكتب النص أو الصقه، أو أرفق صورة.</translation>
        </message>
        <message>
            <source>There is nothing to judge: picture {number} is empty.</source>
            <translation>لا شيء للحكم عليه: الصورة {number} فارغة.</translation>
        </message>
        <message>
            <source>There is nothing to judge: the text is empty.</source>
            <translation>لا شيء للحكم عليه: النص فارغ.</translation>
        </message>
        <message>
            <source>There is nothing to translate.</source>
            <translation>لا شيء للترجمة.</translation>
        </message>
        <message>
            <source>There is one of this name already.</source>
            <translation>يوجد واحد بهذا الاسم بالفعل.</translation>
        </message>
        <message>
            <source>There is something in the folder {path} already.</source>
            <translation>في المجلد {path} شيء بالفعل.</translation>
        </message>
        <message>
            <source>There is something that is not saved. Save it, or press Cancel.</source>
            <translation>هناك ما لم يُحفظ. احفظه، أو اضغط «إلغاء».</translation>
        </message>
        <message>
            <source>There is something that is not saved. Save it, or press Discard changes.</source>
            <translation>هناك ما لم يُحفظ. احفظه، أو اضغط «تجاهل التغييرات».</translation>
        </message>
        <message>
            <source>There was no whole answer to the question before, so this waits:</source>
            <translation>لم تكتمل إجابة السؤال السابق، لذا ينتظر هذا:</translation>
        </message>
        <message>
            <source>There was nothing new in the file.</source>
            <translation>لم يكن في الملف جديد.</translation>
        </message>
        <message>
            <source>These are more than {count} pictures.</source>
            <translation>هذه أكثر من {count} صورة.</translation>
        </message>
        <message>
            <source>These are more than {most} cells, which no single table takes.</source>
            <translation>هذه أكثر من {most} خلية، ولا يتسع لها جدول واحد.</translation>
        </message>
        <message>
            <source>These are the keys in use already.</source>
            <translation>هذه هي المفاتيح المستعملة بالفعل.</translation>
        </message>
        <message>
            <source>These keys work anywhere, whatever program is in front. Kireji never sees any other key.</source>
            <translation>تعمل هذه المفاتيح في أي مكان، أيًّا كان البرنامج الأمامي. لا يرى Kireji أي مفتاح آخر أبدًا.</translation>
        </message>
        <message>
            <source>They are decided with: kireji batch decide {id} --again, or --failed</source>
            <translation>يُحسم أمرها بالأمر: kireji batch decide {id} --again، أو ‎--failed</translation>
        </message>
        <message>
            <source>They are read again.</source>
            <translation>تُقرأ مجددًا.</translation>
        </message>
        <message>
            <source>They hold from the next question on.</source>
            <translation>تسري ابتداءً من السؤال التالي.</translation>
        </message>
        <message>
            <source>They hold from the next question on. Changing them starts the cache anew, so the next answer costs more.</source>
            <translation>تسري ابتداءً من السؤال التالي. تغييرها يبدأ الذاكرة المؤقتة من جديد، فتكلّف الإجابة التالية أكثر.</translation>
        </message>
        <message>
            <source>They stand before every row; none are needed.</source>
            <translation>تأتي قبل كل صف؛ وليست لازمة.</translation>
        </message>
        <message>
            <source>They stand before everything you ask; each conversation can have its own.</source>
            <translation>تسبق كل ما تسأله؛ ويمكن أن تكون لكل محادثة تعليماتها.</translation>
        </message>
        <message>
            <source>They stand before the conversation and hold until you change them.</source>
            <translation>تسبق المحادثة وتبقى سارية حتى تغيّرها.</translation>
        </message>
        <message>
            <source>Thick</source>
            <translation>سميك</translation>
        </message>
        <message>
            <source>Thin</source>
            <translation>رفيع</translation>
        </message>
        <message>
            <source>Thinking</source>
            <translation>يفكر</translation>
        </message>
        <message>
            <source>Thinking…</source>
            <translation>يفكر…</translation>
        </message>
        <message>
            <source>Thinking… {seconds} s</source>
            <translation>يفكر… {seconds} ث</translation>
        </message>
        <message>
            <source>This address</source>
            <translation>هذا العنوان</translation>
        </message>
        <message>
            <source>This address is not the one that was allowed.</source>
            <translation>ليس هذا هو العنوان الذي سُمح به.</translation>
        </message>
        <message>
            <source>This address is redirected into the local network, to {host}.</source>
            <translation>يُعاد توجيه هذا العنوان إلى الشبكة المحلية، إلى {host}.</translation>
        </message>
        <message>
            <source>This address is told when a job ends or needs you: its name, its numbers and what it cost, never what was asked or answered. Messages are signed as Standard Webhooks are.</source>
            <translation>يُبلَّغ هذا العنوان حين تنتهي مهمة أو تكون بانتظارك: باسمها وأعدادها وتكلفتها، وليس أبدًا بما سُئل أو أُجيب. تُوقَّع الرسائل كما في Standard Webhooks.</translation>
        </message>
        <message>
            <source>This address leads from one place to the next without end.</source>
            <translation>يقود هذا العنوان من مكان إلى آخر بلا نهاية.</translation>
        </message>
        <message>
            <source>This answer</source>
            <translation>هذه الإجابة</translation>
        </message>
        <message>
            <source>This answer reached the most it may say.</source>
            <translation>بلغت هذه الإجابة أقصى طول مسموح.</translation>
        </message>
        <message>
            <source>This answer was cut off before its end. What had arrived is kept.</source>
            <translation>انقطعت هذه الإجابة قبل نهايتها. ما وصل منها محفوظ.</translation>
        </message>
        <message>
            <source>This answer was cut off before its first word.</source>
            <translation>انقطعت هذه الإجابة قبل أول كلمة منها.</translation>
        </message>
        <message>
            <source>This branch is no longer in the history.</source>
            <translation>لم يعد هذا الفرع في السجل.</translation>
        </message>
        <message>
            <source>This call needs the person's permission, and nobody is there to give it.</source>
            <translation>يحتاج هذا الاستدعاء إلى إذن المستخدم، ولا أحد موجود ليعطيه.</translation>
        </message>
        <message>
            <source>This cannot be changed from here. Change it in the text.</source>
            <translation>لا يمكن تغيير هذا من هنا. غيّره في النص.</translation>
        </message>
        <message>
            <source>This cannot be read: {reason}.</source>
            <translation>تعذرت قراءة هذا: {reason}.</translation>
        </message>
        <message>
            <source>This computer</source>
            <translation>هذا الحاسوب</translation>
        </message>
        <message>
            <source>This computer's own model servers are always reached directly.</source>
            <translation>تُبلَغ خوادم النماذج على هذا الحاسوب مباشرة دائمًا.</translation>
        </message>
        <message>
            <source>This computer's own reader can only read the text in a picture, and this question has none. Cut out a piece of the screen, or add a key in the settings to ask a model.</source>
            <translation>لا يستطيع قارئ هذا الحاسوب إلا قراءة النص في صورة، ولا صورة في هذا السؤال. اقتطع جزءًا من الشاشة، أو أضف مفتاحًا في الإعدادات لسؤال نموذج.</translation>
        </message>
        <message>
            <source>This computer's own reader reads words, and answers nothing of this kind.</source>
            <translation>القارئ على هذا الحاسوب يقرأ الكلمات، ولا يجيب عن شيء من هذا النوع.</translation>
        </message>
        <message>
            <source>This computer's own reader takes prompts with pictures alone.</source>
            <translation>لا يقبل القارئ الذي على هذا الحاسوب إلا أسئلة معها صور.</translation>
        </message>
        <message>
            <source>This computer's own reader uses no tools. Choose another model for that.</source>
            <translation>قارئ هذا الحاسوب لا يستعمل أدوات. اختر نموذجًا آخر لذلك.</translation>
        </message>
        <message>
            <source>This conversation</source>
            <translation>هذه المحادثة</translation>
        </message>
        <message>
            <source>This conversation cannot be shown</source>
            <translation>لا يمكن عرض هذه المحادثة</translation>
        </message>
        <message>
            <source>This conversation holds {count} pictures, and {model} takes {most} at most.</source>
            <translation>في هذه المحادثة {count} صورة، و{model} يقبل {most} على الأكثر.</translation>
        </message>
        <message>
            <source>This conversation is longer than the model can read.</source>
            <translation>هذه المحادثة أطول مما يستطيع النموذج قراءته.</translation>
        </message>
        <message>
            <source>This copy of Kireji knows no address that it could ask for newer versions.</source>
            <translation>لا تعرف نسخة Kireji هذه عنوانًا تسأله عن إصدارات أحدث.</translation>
        </message>
        <message>
            <source>This copy of Kireji knows no address that it could ask for newer versions. Look where you got it, or enter an address and a key below.</source>
            <translation>لا تعرف نسخة Kireji هذه عنوانًا تسأله عن إصدارات أحدث. انظر حيث حصلت عليها، أو أدخل عنوانًا ومفتاحًا أدناه.</translation>
        </message>
        <message>
            <source>This could not be asked:</source>
            <translation>تعذر طرح هذا:</translation>
        </message>
        <message>
            <source>This desktop does not show Kireji the selected text.</source>
            <translation>لا يُظهر سطح المكتب هذا النصَ المحدد لـ Kireji.</translation>
        </message>
        <message>
            <source>This desktop does not tell where the pointer is.</source>
            <translation>لا يُخبر سطح المكتب هذا بموضع المؤشر.</translation>
        </message>
        <message>
            <source>This desktop gives shortcuts only to programs with an installed menu entry.</source>
            <translation>لا يعطي سطح المكتب هذا اختصارات إلا لبرامج لها مدخل مثبّت في القائمة.</translation>
        </message>
        <message>
            <source>This desktop hands out no shortcuts.</source>
            <translation>لا يوزّع سطح المكتب هذا اختصارات.</translation>
        </message>
        <message>
            <source>This desktop has no dialog for cutting out a region.</source>
            <translation>ليس لسطح المكتب هذا مربع حوار لاقتطاع منطقة.</translation>
        </message>
        <message>
            <source>This desktop has no notifications.</source>
            <translation>لا إشعارات في سطح المكتب هذا.</translation>
        </message>
        <message>
            <source>This desktop shows no notifications.</source>
            <translation>لا يعرض سطح المكتب هذا إشعارات.</translation>
        </message>
        <message>
            <source>This desktop shows no tray, so closing this window ends Kireji. Minimise it instead to keep the shortcuts.</source>
            <translation>لا يعرض سطح المكتب هذا شريطًا للنظام، لذا فإن إغلاق هذه النافذة ينهي Kireji. صغّرها بدلًا من ذلك للإبقاء على الاختصارات.</translation>
        </message>
        <message>
            <source>This desktop's portal cannot do it.</source>
            <translation>لا تستطيع بوابة سطح المكتب هذا ذلك.</translation>
        </message>
        <message>
            <source>This desktop's portal cannot take pictures of the screen.</source>
            <translation>لا تستطيع بوابة سطح المكتب هذا التقاط صور للشاشة.</translation>
        </message>
        <message>
            <source>This desktop's portal hands out no shortcuts.</source>
            <translation>لا توزّع بوابة سطح المكتب هذا اختصارات.</translation>
        </message>
        <message>
            <source>This desktop's portal has no dialog for choosing a region.</source>
            <translation>لا تحوي بوابة سطح المكتب هذا مربع حوار لاختيار منطقة.</translation>
        </message>
        <message>
            <source>This does not look like an export.</source>
            <translation>لا يبدو هذا تصديرًا.</translation>
        </message>
        <message>
            <source>This does not stand on the picture.</source>
            <translation>ليس هذا في الصورة.</translation>
        </message>
        <message>
            <source>This export was written by a newer version of Kireji (format {theirs}; this one knows {ours}).</source>
            <translation>كتب هذا التصديرَ إصدارٌ أحدث من Kireji (الصيغة {theirs}؛ وهذا يعرف {ours}).</translation>
        </message>
        <message>
            <source>This file cannot be read.</source>
            <translation>تعذرت قراءة هذا الملف.</translation>
        </message>
        <message>
            <source>This file cannot be read. Change its permissions, or choose another one.</source>
            <translation>تعذرت قراءة هذا الملف. غيّر أذوناته أو اختر غيره.</translation>
        </message>
        <message>
            <source>This file holds no text that could be read.</source>
            <translation>لا نص في هذا الملف يمكن قراءته.</translation>
        </message>
        <message>
            <source>This file is not there. Choose another one, or remove it here.</source>
            <translation>هذا الملف غير موجود. اختر غيره، أو أزله هنا.</translation>
        </message>
        <message>
            <source>This folder lies too deep.</source>
            <translation>هذا المجلد أعمق من اللازم.</translation>
        </message>
        <message>
            <source>This goes for good, and Kireji ends:</source>
            <translation>يُحذف ما يلي نهائيًّا، وينتهي Kireji:</translation>
        </message>
        <message>
            <source>This is a Wayland session, where programs cannot read the screen by themselves.</source>
            <translation>هذه جلسة Wayland، ولا تستطيع البرامج فيها قراءة الشاشة بنفسها.</translation>
        </message>
        <message>
            <source>This is a checkout: git pull brings it, and ./run prepares what it needs.</source>
            <translation>هذه نسخة من المستودع: يجلبه الأمر ⁦git pull⁩، ويجهّز ⁦./run⁩ ما يلزم.</translation>
        </message>
        <message>
            <source>This is a database, which models cannot read.</source>
            <translation>هذه قاعدة بيانات لا تستطيع النماذج قراءتها.</translation>
        </message>
        <message>
            <source>This is a device or a pipe, not a file.</source>
            <translation>هذا جهاز أو أنبوب، وليس ملفًا.</translation>
        </message>
        <message>
            <source>This is a file of another kind ({name}).</source>
            <translation>هذا ملف من نوع آخر ({name}).</translation>
        </message>
        <message>
            <source>This is a folder.</source>
            <translation type="vanished">هذا مجلد.</translation>
        </message>
        <message>
            <source>This is a key of {right}, not of {asked}; it was not sent.</source>
            <translation>هذا مفتاح {right} لا {asked}؛ لم يُرسل.</translation>
        </message>
        <message>
            <source>This is a link that leads nowhere.</source>
            <translation>هذا رابط لا يقود إلى أي مكان.</translation>
        </message>
        <message>
            <source>This is a link that leads out of the folder.</source>
            <translation>هذا رابط يقود إلى خارج المجلد.</translation>
        </message>
        <message>
            <source>This is a picture; attach it by itself.</source>
            <translation>هذه صورة؛ أرفقها وحدها.</translation>
        </message>
        <message>
            <source>This is a program, which models cannot read.</source>
            <translation>هذا برنامج لا تستطيع النماذج قراءته.</translation>
        </message>
        <message>
            <source>This is a sound file, which models cannot read.</source>
            <translation>هذا ملف صوتي لا تستطيع النماذج قراءته.</translation>
        </message>
        <message>
            <source>This is a video, which models cannot read.</source>
            <translation>هذا فيديو لا تستطيع النماذج قراءته.</translation>
        </message>
        <message>
            <source>This is an archive, which models cannot read.</source>
            <translation>هذا أرشيف مضغوط لا تستطيع النماذج قراءته.</translation>
        </message>
        <message>
            <source>This is an example of {other}, too.</source>
            <translation>هذا مثال للفئة {other} أيضًا.</translation>
        </message>
        <message>
            <source>This is an old Office document, which models cannot read.</source>
            <translation>هذا مستند Office قديم لا تستطيع النماذج قراءته.</translation>
        </message>
        <message>
            <source>This is another ledger than the one whose end was noted. If you have removed or restored the data folder yourself, delete the file “ledger” in the state folder.</source>
            <translation>هذا دفتر غير الذي سُجِّل آخره. إن كنت قد أزلت مجلد البيانات أو استعدته بنفسك، فاحذف الملف «ledger» من مجلد الحالة.</translation>
        </message>
        <message>
            <source>This is no JSON: look at line {line}, column {column}.</source>
            <translation>ليس هذا JSON: انظر السطر {line}، العمود {column}.</translation>
        </message>
        <message>
            <source>This is no address of a web page. One looks like https://example.com/page.</source>
            <translation>ليس هذا عنوان صفحة ويب. يبدو العنوان هكذا: ⁦https://example.com/page⁩.</translation>
        </message>
        <message>
            <source>This is no file. Choose the file with the certificates.</source>
            <translation>هذا ليس ملفًا. اختر الملف الذي فيه الشهادات.</translation>
        </message>
        <message>
            <source>This is no value of its column.</source>
            <translation>ليست هذه قيمة من قيم عمودها.</translation>
        </message>
        <message>
            <source>This is not JSON: {reason}.</source>
            <translation>ليس هذا JSON: {reason}.</translation>
        </message>
        <message>
            <source>This is not TOML: {reason}.</source>
            <translation>ليس هذا TOML: {reason}.</translation>
        </message>
        <message>
            <source>This is not a JSON object.</source>
            <translation>ليس هذا كائن JSON.</translation>
        </message>
        <message>
            <source>This is not a file that can be read.</source>
            <translation>هذا ليس ملفًا يمكن قراءته.</translation>
        </message>
        <message>
            <source>This is not a picture.</source>
            <translation>هذه ليست صورة.</translation>
        </message>
        <message>
            <source>This is not an address of the web.</source>
            <translation>هذا ليس عنوان ويب.</translation>
        </message>
        <message>
            <source>This is not an export of Kireji.</source>
            <translation>هذا ليس تصديرًا من Kireji.</translation>
        </message>
        <message>
            <source>This is not there any more, or holds no text that could be read.</source>
            <translation>لم يعد هذا موجودًا، أو لا نص فيه يمكن قراءته.</translation>
        </message>
        <message>
            <source>This is not to be had here.</source>
            <translation>هذا غير متاح هنا.</translation>
        </message>
        <message>
            <source>This is not what was sent, but what would be sent for it today.</source>
            <translation>ليس هذا ما أُرسل، بل ما كان سيُرسل له اليوم.</translation>
        </message>
        <message>
            <source>This is the default for {name}</source>
            <translation>هذا هو الافتراضي لدى {name}</translation>
        </message>
        <message>
            <source>This is the picture as it is kept here.</source>
            <translation>هذه هي الصورة كما هي محفوظة هنا.</translation>
        </message>
        <message>
            <source>This job cannot be retried now.</source>
            <translation>لا يمكن إعادة محاولة هذه المهمة الآن.</translation>
        </message>
        <message>
            <source>This job does not wait to be resumed.</source>
            <translation>لا تنتظر هذه المهمة استئنافًا.</translation>
        </message>
        <message>
            <source>This job was started already.</source>
            <translation>بدأت هذه المهمة من قبل.</translation>
        </message>
        <message>
            <source>This keyboard has no key for {shortcut}.</source>
            <translation>لا مفتاح لـ {shortcut} على لوحة المفاتيح هذه.</translation>
        </message>
        <message>
            <source>This kind of context cannot be read yet.</source>
            <translation>لا يمكن قراءة هذا النوع من السياق بعد.</translation>
        </message>
        <message>
            <source>This list</source>
            <translation>هذه القائمة</translation>
        </message>
        <message>
            <source>This matches what was sent: it was made again from the conversation, and its hash is the one in the ledger.</source>
            <translation>يطابق هذا ما أُرسل: أُعيد تكوينه من المحادثة، وبصمته هي التي في الدفتر.</translation>
        </message>
        <message>
            <source>This matches what was sent: the bytes were kept, and their hash is the one in the ledger.</source>
            <translation>يطابق هذا ما أُرسل: حُفظت البايتات، وبصمتها هي التي في الدفتر.</translation>
        </message>
        <message>
            <source>This month</source>
            <translation>هذا الشهر</translation>
        </message>
        <message>
            <source>This must be a table that begins with [[{header}]].</source>
            <translation>يجب أن يكون هذا جدولًا يبدأ بـ ⁦[[{header}]]⁩.</translation>
        </message>
        <message>
            <source>This name leads into the local network, to {host}.</source>
            <translation>يقود هذا الاسم إلى الشبكة المحلية، إلى {host}.</translation>
        </message>
        <message>
            <source>This part brings no text of its licence; its source says more.</source>
            <translation>لا يأتي هذا المكوّن بنص رخصته؛ وفي مصدره المزيد.</translation>
        </message>
        <message>
            <source>This pattern needs too much work while an answer comes. Let it count less, or look for less.</source>
            <translation>يتطلب هذا النمط عملًا أكثر من اللازم أثناء ورود الإجابة. اجعله يعدّ أقل أو يبحث عن أقل.</translation>
        </message>
        <message>
            <source>This pattern {problem}.</source>
            <translation>هذا النمط {problem}.</translation>
        </message>
        <message>
            <source>This picture cannot be painted over as it is.</source>
            <translation>لا يمكن طمس أجزاء من هذه الصورة وهي على حالها.</translation>
        </message>
        <message>
            <source>This question has about {tokens} tokens, and {name} has room for {room}: {parts}.</source>
            <translation>في هذا السؤال نحو {tokens} من الرموز، ويتسع {name} لـ {room}: {parts}.</translation>
        </message>
        <message>
            <source>This question was not answered.</source>
            <translation>لم يُجَب عن هذا السؤال.</translation>
        </message>
        <message>
            <source>This row could not be looked through for what should be hidden; it was not sent.</source>
            <translation>تعذر فحص هذا الصف بحثًا عما ينبغي إخفاؤه؛ ولم يُرسل.</translation>
        </message>
        <message>
            <source>This runs from its source: listed is what is installed in its environment.</source>
            <translation>يعمل هذا من شيفرته المصدرية: والمسرود ما هو مثبّت في بيئته.</translation>
        </message>
        <message>
            <source>This screen</source>
            <translation>هذه الشاشة</translation>
        </message>
        <message>
            <source>This service fetches pictures from https addresses only.</source>
            <translation>لا تجلب هذه الخدمة صورًا إلا من عناوين https.</translation>
        </message>
        <message>
            <source>This service's batches take pictures from the web only.</source>
            <translation>لا تقبل دفعات هذه الخدمة إلا صورًا من الويب.</translation>
        </message>
        <message>
            <source>This session only</source>
            <translation>هذه الجلسة فقط</translation>
        </message>
        <message>
            <source>This still uses your data: {users}.</source>
            <translation>ما زال هذا يستعمل بياناتك: {users}.</translation>
        </message>
        <message>
            <source>This still uses your data: {users}. End it first.</source>
            <translation>ما زال هذا يستعمل بياناتك: {users}. أنهِه أولًا.</translation>
        </message>
        <message>
            <source>This text cannot be read.</source>
            <translation>تعذرت قراءة هذا النص.</translation>
        </message>
        <message>
            <source>This tool was not allowed to do that.</source>
            <translation>لم يُسمح لهذه الأداة بذلك.</translation>
        </message>
        <message>
            <source>This waits:</source>
            <translation>ينتظر هذا:</translation>
        </message>
        <message>
            <source>This {problem}.</source>
            <translation>هذا {problem}.</translation>
        </message>
        <message>
            <source>Thought</source>
            <translation>فكّر</translation>
        </message>
        <message>
            <source>Thought for {time}</source>
            <translation>فكّر لمدة {time}</translation>
        </message>
        <message>
            <source>Through the batch service of Anthropic or OpenRouter that costs half, and takes from some minutes to a day. Before anything is sent you see every bad line, one answer as a trial, and what all will cost.</source>
            <translation>عبر خدمة الدفعات لدى Anthropic أو OpenRouter يكلّف ذلك النصف، ويستغرق من دقائق إلى يوم. وقبل أن يُرسل شيء ترى كل سطر فاسد، وإجابة واحدة للتجربة، وتكلفة الكل.</translation>
        </message>
        <message>
            <source>Time</source>
            <translation>المدة</translation>
        </message>
        <message>
            <source>Title</source>
            <translation>العنوان</translation>
        </message>
        <message>
            <source>Title of the conversation</source>
            <translation>عنوان المحادثة</translation>
        </message>
        <message>
            <source>To import again: everything, with all branches and pictures.</source>
            <translation>لإعادة الاستيراد: كل شيء، بكل الفروع والصور.</translation>
        </message>
        <message>
            <source>To read in any browser: one file for each conversation, with its pictures.</source>
            <translation>للقراءة في أي متصفح: ملف لكل محادثة مع صورها.</translation>
        </message>
        <message>
            <source>To read, and to go on with elsewhere: text with pictures beside it.</source>
            <translation>للقراءة وللمتابعة في مكان آخر: نص وبجانبه الصور.</translation>
        </message>
        <message>
            <source>To review</source>
            <translation>للمراجعة</translation>
        </message>
        <message>
            <source>To the list of conversations</source>
            <translation>إلى قائمة المحادثات</translation>
        </message>
        <message>
            <source>To the next edge of a window, left and right; with Shift up and down</source>
            <translation>إلى الحافة التالية لنافذة، يسارًا ويمينًا؛ ومع Shift أعلى وأسفل</translation>
        </message>
        <message>
            <source>Today</source>
            <translation>اليوم</translation>
        </message>
        <message>
            <source>Today's backup could not be made.</source>
            <translation>تعذر إجراء نسخة اليوم الاحتياطية.</translation>
        </message>
        <message>
            <source>Today's date</source>
            <translation>تاريخ اليوم</translation>
        </message>
        <message>
            <source>Together with the rest it is more than {most} MB, which services do not take.</source>
            <translation>مع الباقي يتجاوز {most} م.ب، وهو ما لا تقبله الخدمات.</translation>
        </message>
        <message>
            <source>Together with your other rules this needs too much work while an answer comes. Remove some first.</source>
            <translation>يتطلب هذا مع قواعدك الأخرى عملًا أكثر من اللازم أثناء ورود الإجابة. أزل بعضها أولًا.</translation>
        </message>
        <message>
            <source>Tokens</source>
            <translation>الرموز</translation>
        </message>
        <message>
            <source>Tone of the reply</source>
            <translation>نبرة الرد</translation>
        </message>
        <message>
            <source>Too many batches of the service could be the one that was lost.</source>
            <translation>دفعات كثيرة جدًا لدى الخدمة قد تكون هي الضائعة.</translation>
        </message>
        <message>
            <source>Tool</source>
            <translation>أداة</translation>
        </message>
        <message>
            <source>Tools</source>
            <translation>الأدوات</translation>
        </message>
        <message>
            <source>Tools are switched off in the settings.</source>
            <translation>الأدوات معطّلة في الإعدادات.</translation>
        </message>
        <message>
            <source>Tools in this conversation</source>
            <translation>الأدوات في هذه المحادثة</translation>
        </message>
        <message>
            <source>Tools listed</source>
            <translation>سُردت الأدوات</translation>
        </message>
        <message>
            <source>Tools that were offered</source>
            <translation>الأدوات التي عُرضت</translation>
        </message>
        <message>
            <source>Tools {count}</source>
            <translation>الأدوات {count}</translation>
        </message>
        <message>
            <source>Tools: {count} offered. Choose them</source>
            <translation>الأدوات: المعروض {count}. اختيارها</translation>
        </message>
        <message>
            <source>Translate</source>
            <translation>ترجم</translation>
        </message>
        <message>
            <source>Translate all text that is shown into {{language}}, in reading order and with its structure. Leave names and code as they are. Add nothing of your own.</source>
            <translation>ترجم كل النص المعروض إلى {{language}}، بترتيب القراءة ومع بنيته. اترك الأسماء والكود كما هي. لا تضف شيئًا من عندك.</translation>
        </message>
        <message>
            <source>Translate in place</source>
            <translation>ترجم في الموضع</translation>
        </message>
        <message>
            <source>Translate into</source>
            <translation>ترجمة إلى</translation>
        </message>
        <message>
            <source>Translate into another language</source>
            <translation>ترجمة إلى لغة أخرى</translation>
        </message>
        <message>
            <source>Translate it in parts.</source>
            <translation>ترجمه على أجزاء.</translation>
        </message>
        <message>
            <source>Translate this picture into {language}.</source>
            <translation>ترجم هذه الصورة إلى {language}.</translation>
        </message>
        <message>
            <source>Translate this text into {language}:</source>
            <translation>ترجم هذا النص إلى {language}:</translation>
        </message>
        <message>
            <source>Translated words</source>
            <translation>الكلمات المترجمة</translation>
        </message>
        <message>
            <source>Translating…</source>
            <translation>تجري الترجمة…</translation>
        </message>
        <message>
            <source>Translating… {done} of {all}</source>
            <translation>تجري الترجمة… {done} من {all}</translation>
        </message>
        <message>
            <source>Translation</source>
            <translation>الترجمة</translation>
        </message>
        <message>
            <source>Translation into {language}</source>
            <translation>ترجمة إلى {language}</translation>
        </message>
        <message>
            <source>Trust the system's certificates alone</source>
            <translation>الوثوق بشهادات النظام وحدها</translation>
        </message>
        <message>
            <source>Trust what it says of itself</source>
            <translation>الوثوق بما يقوله عن نفسه</translation>
        </message>
        <message>
            <source>Try</source>
            <translation>التجربة</translation>
        </message>
        <message>
            <source>Try again</source>
            <translation>حاول مرة أخرى</translation>
        </message>
        <message>
            <source>Try again later.</source>
            <translation>حاول مجددًا لاحقًا.</translation>
        </message>
        <message>
            <source>Try again with a smaller region.</source>
            <translation>حاول مجددًا بمنطقة أصغر.</translation>
        </message>
        <message>
            <source>Try again, or with another model.</source>
            <translation>حاول مجددًا، أو مع نموذج آخر.</translation>
        </message>
        <message>
            <source>Try again.</source>
            <translation>حاول مرة أخرى.</translation>
        </message>
        <message>
            <source>Try again; a smaller region needs less memory.</source>
            <translation>حاول مجددًا؛ المنطقة الأصغر تحتاج ذاكرة أقل.</translation>
        </message>
        <message>
            <source>Try again; if it happens again, tell its author.</source>
            <translation>حاول مجددًا؛ فإن تكرر فأخبر مؤلفه.</translation>
        </message>
        <message>
            <source>Try again; if it stays so: {without}</source>
            <translation>حاول مجددًا؛ فإن بقي الأمر: {without}</translation>
        </message>
        <message>
            <source>Try again; its folder may be on a disk that does not answer.</source>
            <translation>حاول مجددًا؛ ربما يقع مجلده على قرص لا يستجيب.</translation>
        </message>
        <message>
            <source>Try again; its log may say why.</source>
            <translation>حاول مجددًا؛ ربما يذكر سجله التقني السبب.</translation>
        </message>
        <message>
            <source>Try another row</source>
            <translation>تجربة صف آخر</translation>
        </message>
        <message>
            <source>Try it</source>
            <translation>جرّبه</translation>
        </message>
        <message>
            <source>Try its command in a terminal.</source>
            <translation>جرّب أمره في طرفية.</translation>
        </message>
        <message>
            <source>Try one row</source>
            <translation>تجربة صف واحد</translation>
        </message>
        <message>
            <source>Try the rules</source>
            <translation>جرّب القواعد</translation>
        </message>
        <message>
            <source>Try the shortcut</source>
            <translation>جرّب الاختصار</translation>
        </message>
        <message>
            <source>Try to get the keys again: {title}</source>
            <translation>محاولة الحصول على المفاتيح مجددًا: {title}</translation>
        </message>
        <message>
            <source>Type a question or add a picture.</source>
            <translation>اكتب سؤالًا أو أضف صورة.</translation>
        </message>
        <message>
            <source>Type what a model could answer, and see what would be shown of it.</source>
            <translation>اكتب ما قد يجيب به نموذج، وانظر ما سيُعرض منه.</translation>
        </message>
        <message>
            <source>Type “{word}” to go on</source>
            <translation>اكتب «{word}» للمتابعة</translation>
        </message>
        <message>
            <source>US dollars</source>
            <translation>دولار أمريكي</translation>
        </message>
        <message>
            <source>Undo</source>
            <translation>تراجع</translation>
        </message>
        <message>
            <source>Undo (Ctrl+Z)</source>
            <translation>تراجع (Ctrl+Z)</translation>
        </message>
        <message>
            <source>Undo (U)</source>
            <translation>تراجع (U)</translation>
        </message>
        <message>
            <source>Undo the last decision (U, Ctrl+Z)</source>
            <translation>التراجع عن آخر قرار (U, Ctrl+Z)</translation>
        </message>
        <message>
            <source>Undo, redo</source>
            <translation>تراجع، إعادة</translation>
        </message>
        <message>
            <source>Unless Ollama is set up for more, it may read only the last few thousand tokens of a conversation.</source>
            <translation>ما لم يُعَدّ Ollama لأكثر، فقد لا يقرأ إلا آخر بضعة آلاف رمز من المحادثة.</translation>
        </message>
        <message>
            <source>Unlock it in your desktop's password settings, then try again.</source>
            <translation>افتحها في إعدادات كلمات السر لسطح المكتب ثم حاول مجددًا.</translation>
        </message>
        <message>
            <source>Unpack the archive with its password, and import the folder.</source>
            <translation>فك الأرشيف بكلمة سره واستورد المجلد.</translation>
        </message>
        <message numerus="yes">
            <source>Unpin {n} conversations</source>
            <extracomment>Unpin</extracomment>
            <translation>
                <numerusform>إلغاء تثبيت {n} محادثة</numerusform>
                <numerusform>إلغاء التثبيت</numerusform>
                <numerusform>إلغاء تثبيت محادثتين</numerusform>
                <numerusform>إلغاء تثبيت {n} محادثات</numerusform>
                <numerusform>إلغاء تثبيت {n} محادثة</numerusform>
                <numerusform>إلغاء تثبيت {n} محادثة</numerusform>
            </translation>
        </message>
        <message>
            <source>Update Kireji, then import it again; nothing was imported.</source>
            <translation>حدّث Kireji ثم استورده مجددًا؛ لم يُستورد شيء.</translation>
        </message>
        <message>
            <source>Update Kireji, then restore it; nothing was changed.</source>
            <translation>حدّث Kireji ثم استعدها؛ لم يتغير شيء.</translation>
        </message>
        <message>
            <source>Update it.</source>
            <translation>حدّثها.</translation>
        </message>
        <message>
            <source>Update the package where it was installed from, with pip install --upgrade or uv.</source>
            <translation>حدّث الحزمة من حيث ثُبّتت، بالأمر ⁦pip install --upgrade⁩ أو uv.</translation>
        </message>
        <message>
            <source>Update xdg-desktop-portal.</source>
            <translation>حدّث xdg-desktop-portal.</translation>
        </message>
        <message>
            <source>Updates</source>
            <translation>التحديثات</translation>
        </message>
        <message>
            <source>Use</source>
            <translation>الاستعمال</translation>
        </message>
        <message>
            <source>Use --screen N or --region, or leave out -o.</source>
            <translation>استعمل --screen N أو --region، أو اترك -o.</translation>
        </message>
        <message>
            <source>Use a PNG, JPEG, WebP or GIF file.</source>
            <translation>استعمل ملف PNG أو JPEG أو WebP أو GIF.</translation>
        </message>
        <message>
            <source>Use a server with fewer tools.</source>
            <translation>استعمل خادمًا أدواته أقل.</translation>
        </message>
        <message>
            <source>Use an undamaged PNG, JPEG, WebP or GIF picture.</source>
            <translation>استعمل صورة سليمة من نوع PNG أو JPEG أو WebP أو GIF.</translation>
        </message>
        <message>
            <source>Use default</source>
            <translation>استعمال الافتراضي</translation>
        </message>
        <message>
            <source>Use for this session</source>
            <translation>استعماله لهذه الجلسة</translation>
        </message>
        <message>
            <source>Use it</source>
            <translation>استعماله</translation>
        </message>
        <message>
            <source>Use one of: {names}.</source>
            <translation>استعمل واحدًا من: {names}.</translation>
        </message>
        <message>
            <source>Use small letters, digits and hyphens between them, 64 at most.</source>
            <translation>استعمل أحرفًا لاتينية صغيرة وأرقامًا وبينها شرطات، 64 على الأكثر.</translation>
        </message>
        <message>
            <source>Use the button, or write below.</source>
            <translation>استعمل الزر أو اكتب أدناه.</translation>
        </message>
        <message>
            <source>Use the menu bar's menu.</source>
            <translation>استعمل قائمة شريط القوائم.</translation>
        </message>
        <message>
            <source>Use the tray's menu.</source>
            <translation>استعمل قائمة الشريط.</translation>
        </message>
        <message>
            <source>Use the usual one</source>
            <translation>استعمال المعتاد</translation>
        </message>
        <message>
            <source>Use {chord}</source>
            <translation>استعمال {chord}</translation>
        </message>
        <message>
            <source>Use {model} of {server}</source>
            <translation>استعمال {model} من {server}</translation>
        </message>
        <message>
            <source>Value</source>
            <translation>القيمة</translation>
        </message>
        <message>
            <source>Variables</source>
            <translation>المتغيّرات</translation>
        </message>
        <message>
            <source>Verdict</source>
            <translation>الحكم</translation>
        </message>
        <message>
            <source>Verdicts</source>
            <translation>الأحكام</translation>
        </message>
        <message>
            <source>Verify</source>
            <translation>تحقق</translation>
        </message>
        <message>
            <source>Version</source>
            <translation>الإصدار</translation>
        </message>
        <message>
            <source>Version {number} of {count}</source>
            <translation>النسخة {number} من {count}</translation>
        </message>
        <message>
            <source>Version {version}</source>
            <translation>الإصدار {version}</translation>
        </message>
        <message>
            <source>Version {version} · {categories}</source>
            <translation>الإصدار {version} · {categories}</translation>
        </message>
        <message>
            <source>Versions</source>
            <translation>الإصدارات</translation>
        </message>
        <message>
            <source>Very high</source>
            <translation>عالٍ جدًا</translation>
        </message>
        <message>
            <source>W</source>
            <translation>W</translation>
        </message>
        <message>
            <source>Wait for its end, or stop it with Esc.</source>
            <translation>انتظر نهايتها، أو أوقفها بـ Esc.</translation>
        </message>
        <message>
            <source>Wait for the answer; the next change is watched for then.</source>
            <translation>انتظر الإجابة؛ بعدها يُراقَب التغيّر التالي.</translation>
        </message>
        <message>
            <source>Wait until it has ended, then try again.</source>
            <translation>انتظر حتى ينتهي ثم حاول مجددًا.</translation>
        </message>
        <message>
            <source>Waiting again: {rows}.</source>
            <translation>عاد إلى الانتظار: {rows}.</translation>
        </message>
        <message>
            <source>Waiting for you</source>
            <translation>في انتظارك</translation>
        </message>
        <message>
            <source>Waiting for you to allow it in the browser. Did no browser open? Copy the address.</source>
            <translation>في انتظار أن تسمح بذلك في المتصفح. لم يُفتح متصفح؟ انسخ العنوان.</translation>
        </message>
        <message>
            <source>Waiting for {keys}…</source>
            <translation>في انتظار {keys}…</translation>
        </message>
        <message>
            <source>Waiting for {name}</source>
            <translation>في انتظار {name}</translation>
        </message>
        <message>
            <source>Waiting for {name}; the model may be loading</source>
            <translation>في انتظار {name}؛ ربما يجري تحميل النموذج</translation>
        </message>
        <message>
            <source>Waits for you: {title}</source>
            <translation>في انتظارك: {title}</translation>
        </message>
        <message>
            <source>Watch this region</source>
            <translation>مراقبة هذه المنطقة</translation>
        </message>
        <message>
            <source>Watched region</source>
            <translation>المنطقة المراقَبة</translation>
        </message>
        <message>
            <source>Watching goes on when the screens are as before.</source>
            <translation>تستمر المراقبة حين تعود الشاشات كما كانت.</translation>
        </message>
        <message>
            <source>Watching the region</source>
            <translation>تجري مراقبة المنطقة</translation>
        </message>
        <message>
            <source>Watching this region</source>
            <translation>تجري مراقبة هذه المنطقة</translation>
        </message>
        <message>
            <source>Web page</source>
            <translation>صفحة ويب</translation>
        </message>
        <message>
            <source>Web page {address}</source>
            <translation>صفحة الويب ⁦{address}⁩</translation>
        </message>
        <message>
            <source>Web pages</source>
            <translation>صفحات الويب</translation>
        </message>
        <message>
            <source>Web page…</source>
            <translation>صفحة ويب…</translation>
        </message>
        <message>
            <source>Webhook</source>
            <translation>Webhook</translation>
        </message>
        <message>
            <source>Welcome to Kireji</source>
            <translation>مرحبًا بك في Kireji</translation>
        </message>
        <message>
            <source>What</source>
            <translation>الملاحظة</translation>
        </message>
        <message>
            <source>What belongs there</source>
            <translation>ما يوضع هناك</translation>
        </message>
        <message>
            <source>What buttons and menus show</source>
            <translation>ما تعرضه الأزرار والقوائم</translation>
        </message>
        <message>
            <source>What came from the address of updates is no list of versions, or it is damaged.</source>
            <translation>ما جاء من عنوان التحديثات ليس قائمة إصدارات، أو أن القائمة تالفة.</translation>
        </message>
        <message>
            <source>What came of this answer is no longer kept, or was kept by a newer Kireji.</source>
            <translation>لم يعد ناتج هذه الإجابة محفوظًا، أو حفظه إصدار أحدث من Kireji.</translation>
        </message>
        <message>
            <source>What goes along</source>
            <translation>ما يُرسل مع السؤال</translation>
        </message>
        <message>
            <source>What goes along with the question</source>
            <translation>ما يُرسل مع السؤال</translation>
        </message>
        <message>
            <source>What goes along…</source>
            <translation>ما يُرسل مع السؤال…</translation>
        </message>
        <message>
            <source>What has changed from the first picture of a row to the second.</source>
            <translation>ما تغيّر من الصورة الأولى في الصف إلى الثانية.</translation>
        </message>
        <message>
            <source>What is allowed</source>
            <translation>ما هو مسموح</translation>
        </message>
        <message>
            <source>What is asked about</source>
            <translation>ما يُسأل عنه</translation>
        </message>
        <message>
            <source>What is asked. {{name}} is a place that is filled in.</source>
            <translation>ما يُسأل. ‎⁦{{name}}⁩ موضع يُملأ.</translation>
        </message>
        <message>
            <source>What is different between these two pictures?</source>
            <translation>ما الذي يختلف بين هاتين الصورتين؟</translation>
        </message>
        <message>
            <source>What is different between two pictures</source>
            <translation>ما يختلف بين صورتين</translation>
        </message>
        <message>
            <source>What is done</source>
            <translation>ما يُفعل</translation>
        </message>
        <message>
            <source>What is done stays done; kireji batch run{number} goes on with the rest.</source>
            <translation>ما تم يبقى؛ ويتابع kireji batch run{number} الباقي.</translation>
        </message>
        <message>
            <source>What is done: {where}</source>
            <translation>ما يُفعل: {where}</translation>
        </message>
        <message>
            <source>What is hidden, one after the other; Space: send it, hide it; from the question with Alt</source>
            <translation>المخفي واحدًا تلو الآخر؛ المسافة: إرساله، إخفاؤه؛ ومن خانة السؤال مع Alt</translation>
        </message>
        <message>
            <source>What is judged</source>
            <translation>المحكوم عليه</translation>
        </message>
        <message>
            <source>What is kept</source>
            <translation>ما يُحفظ</translation>
        </message>
        <message>
            <source>What is left on the account</source>
            <translation>الرصيد المتبقي في الحساب</translation>
        </message>
        <message>
            <source>What is new</source>
            <translation>الجديد</translation>
        </message>
        <message>
            <source>What is not Kireji's own stays, also in these folders. Nobody can promise that deleted files cannot be recovered from an SSD; an encrypted disk protects them.</source>
            <translation>ما ليس لـ Kireji يبقى، حتى في هذه المجلدات. لا أحد يستطيع أن يضمن ألا تُستعاد الملفات المحذوفة من قرص SSD؛ والقرص المشفّر يحميها.</translation>
        </message>
        <message>
            <source>What is remembered between two starts</source>
            <translation>ما يُحفظ بين تشغيل وآخر</translation>
        </message>
        <message>
            <source>What is shown</source>
            <translation>المعروض</translation>
        </message>
        <message>
            <source>What is written here is not saved yet. Only one of them can stay.</source>
            <translation>المكتوب هنا لم يُحفظ بعد. لا يمكن أن يبقى إلا أحدهما.</translation>
        </message>
        <message>
            <source>What is wrong with the text</source>
            <translation>أخطاء النص</translation>
        </message>
        <message>
            <source>What it is called with</source>
            <translation>ما تُستدعى به</translation>
        </message>
        <message>
            <source>What it should say</source>
            <translation>ما ينبغي أن يقوله</translation>
        </message>
        <message>
            <source>What it will take</source>
            <translation>ما ستتطلبه</translation>
        </message>
        <message>
            <source>What it would do</source>
            <translation>ما ستفعله</translation>
        </message>
        <message>
            <source>What it would look at</source>
            <translation>ما ستطّلع عليه</translation>
        </message>
        <message>
            <source>What it wrote last:</source>
            <translation>آخر ما كتبه:</translation>
        </message>
        <message>
            <source>What left this computer</source>
            <translation>ما غادر هذا الحاسوب</translation>
        </message>
        <message>
            <source>What lies at the address of updates is no list of versions.</source>
            <translation>ما يوجد في عنوان التحديثات ليس قائمة إصدارات.</translation>
        </message>
        <message>
            <source>What of every row</source>
            <translation>ماذا من كل صف</translation>
        </message>
        <message>
            <source>What shall be done</source>
            <translation>ما الذي يُفعل</translation>
        </message>
        <message>
            <source>What shall be done instead?</source>
            <translation>ما الذي يُفعل بدلًا من ذلك؟</translation>
        </message>
        <message>
            <source>What stands behind “password:”, and in addresses like https://me:…@host</source>
            <translation>ما يأتي بعد «⁦password:⁩»، وما في عناوين مثل ⁦https://me:…@host⁩</translation>
        </message>
        <message>
            <source>What stands beside them…</source>
            <translation>ما بقي إلى جانبها…</translation>
        </message>
        <message>
            <source>What stays on this computer needs no hiding. Choose another for a server that is somewhere else.</source>
            <translation>ما يبقى على هذا الحاسوب لا يحتاج إلى إخفاء. اختر غير ذلك لخادم في مكان آخر.</translation>
        </message>
        <message>
            <source>What texts and pictures are judged by: categories, how grave something is, and what is done then. Open one to see it, try it, and check how well it judges.</source>
            <translation>ما يُحكم به على النصوص والصور: فئات، ومدى شدة كل شيء، وما يُفعل عندئذٍ. افتح واحدة لتراها وتجرّبها وتفحص جودة حكمها.</translation>
        </message>
        <message>
            <source>What the desktop names as its proxy is no address: enter the proxy in Settings, Network.</source>
            <translation>ما يسمّيه سطح المكتب وكيلًا ليس عنوانًا: أدخل الوكيل في الإعدادات، الشبكة.</translation>
        </message>
        <message>
            <source>What the job is called</source>
            <translation>اسم المهمة</translation>
        </message>
        <message>
            <source>What the model refuses to judge is allowed.</source>
            <translation>يُسمح بما يمتنع النموذج عن الحكم عليه.</translation>
        </message>
        <message>
            <source>What the model refuses to judge: {action}.</source>
            <translation>ما يمتنع النموذج عن الحكم عليه: {action}.</translation>
        </message>
        <message>
            <source>What the next question costs</source>
            <translation>تكلفة السؤال التالي</translation>
        </message>
        <message>
            <source>What the policy says</source>
            <translation>ما تقوله السياسة</translation>
        </message>
        <message>
            <source>What was changed, removed or added in the ledger later is found.</source>
            <translation>ما غُيِّر أو أُزيل أو أُضيف إلى الدفتر لاحقًا يُكتشف.</translation>
        </message>
        <message>
            <source>What was copied is larger than {size} MB.</source>
            <translation>ما نُسخ أكبر من {size} م.ب.</translation>
        </message>
        <message>
            <source>What was copied is too long for a policy.</source>
            <translation>ما نُسخ أطول من أن يكون سياسة.</translation>
        </message>
        <message>
            <source>What was copied is too long to be tried here. Paste a part of it.</source>
            <translation>ما نُسخ أطول من أن يُجرَّب هنا. الصق جزءًا منه.</translation>
        </message>
        <message>
            <source>What was decided</source>
            <translation>ما تقرّر</translation>
        </message>
        <message>
            <source>What was deleted is kept for 30 days.</source>
            <translation>يُحتفظ بالمحذوف 30 يومًا.</translation>
        </message>
        <message>
            <source>What was sent</source>
            <translation>ما أُرسل</translation>
        </message>
        <message>
            <source>What was sent cannot be shown any more.</source>
            <translation>لم يعد بالإمكان عرض ما أُرسل.</translation>
        </message>
        <message>
            <source>What was sent, byte for byte</source>
            <translation>ما أُرسل، بايتًا بايتًا</translation>
        </message>
        <message>
            <source>What will be asked</source>
            <translation>ما سيُسأل</translation>
        </message>
        <message>
            <source>What will be sent</source>
            <translation>ما سيُرسل</translation>
        </message>
        <message>
            <source>What would be shown</source>
            <translation>ما سيُعرض</translation>
        </message>
        <message>
            <source>What you wish besides, such as “names and dates only”; may be empty.</source>
            <translation>ما تريده فوق ذلك، مثل «الأسماء والتواريخ فقط»؛ ويجوز تركه فارغًا.</translation>
        </message>
        <message>
            <source>What you wish besides, such as “only the line items”; may be empty.</source>
            <translation>ما تريده فوق ذلك، مثل «البنود فقط»؛ ويجوز تركه فارغًا.</translation>
        </message>
        <message>
            <source>What {host} has at this address is no picture.</source>
            <translation>ما لدى {host} على هذا العنوان ليس صورة.</translation>
        </message>
        <message>
            <source>When</source>
            <translation>الوقت</translation>
        </message>
        <message>
            <source>When that does not work</source>
            <translation>إذا تعذر ذلك</translation>
        </message>
        <message>
            <source>When the one that was asked cannot be reached or has no capacity, these are asked in this order; the answer says who gave it.</source>
            <translation>إذا تعذر الوصول إلى من سُئل أو لم تكن لديه سعة، يُسأل هؤلاء بهذا الترتيب؛ وتذكر الإجابة صاحبها.</translation>
        </message>
        <message>
            <source>When the one that was asked cannot be reached, nobody else is asked; you are told why.</source>
            <translation>إذا تعذر الوصول إلى من سُئل فلا يُسأل غيره؛ وتُخبَر بالسبب.</translation>
        </message>
        <message>
            <source>Where</source>
            <translation>الموضع</translation>
        </message>
        <message>
            <source>Where a job stands</source>
            <translation>حالة مهمة</translation>
        </message>
        <message>
            <source>Where it runs</source>
            <translation>أين تعمل</translation>
        </message>
        <message>
            <source>Where the list comes from</source>
            <translation>مصدر القائمة</translation>
        </message>
        <message>
            <source>Which</source>
            <translation>أيها</translation>
        </message>
        <message>
            <source>Which lines are bad, and why: kireji batch bad {id}</source>
            <translation>أي الأسطر فاسد، ولماذا: kireji batch bad {id}</translation>
        </message>
        <message>
            <source>Which rows are shown</source>
            <translation>الصفوف المعروضة</translation>
        </message>
        <message>
            <source>Which table is shown</source>
            <translation>أي جدول معروض</translation>
        </message>
        <message>
            <source>Which words belong to which place could not be told.</source>
            <translation>لم يتبيّن أي الكلمات لأي موضع.</translation>
        </message>
        <message>
            <source>While words from outside stand in a conversation you are asked all the same: a page's address can carry something away.</source>
            <translation>ما دامت في المحادثة كلمات من الخارج فإنك تُسأل رغم ذلك: فقد يحمل عنوان الصفحة شيئًا إلى الخارج.</translation>
        </message>
        <message>
            <source>Who answers</source>
            <translation>من يجيب</translation>
        </message>
        <message>
            <source>Who answers instead</source>
            <translation>من يجيب بدلًا منه</translation>
        </message>
        <message>
            <source>Whoever can write your files could write the whole ledger anew. Keep this line elsewhere, and a later check can tell:</source>
            <translation>من يستطيع الكتابة في ملفاتك يمكنه كتابة الدفتر كله من جديد. احفظ هذا السطر في مكان آخر ليكشف ذلك تحققٌ لاحق:</translation>
        </message>
        <message>
            <source>Whole screen</source>
            <translation>الشاشة كلها</translation>
        </message>
        <message>
            <source>Why (a note for others, and for you)</source>
            <translation>السبب (ملاحظة لغيرك ولك)</translation>
        </message>
        <message>
            <source>Why it cannot be used</source>
            <translation>لماذا لا يصلح</translation>
        </message>
        <message>
            <source>Window</source>
            <translation>النافذة</translation>
        </message>
        <message>
            <source>Window system</source>
            <translation>نظام النوافذ</translation>
        </message>
        <message>
            <source>Windows 11 opens its own capture with this key; Settings, Accessibility, Keyboard changes that. </source>
            <translation>يفتح Windows 11 أداة اللقطات بهذا المفتاح؛ يُغيَّر ذلك في الإعدادات، إمكانية الوصول، لوحة المفاتيح. </translation>
        </message>
        <message>
            <source>Windows does not answer about shortcuts.</source>
            <translation>لا يجيب Windows بشأن الاختصارات.</translation>
        </message>
        <message>
            <source>Windows does not offer global shortcuts to this program.</source>
            <translation>لا يتيح Windows لهذا البرنامج اختصارات عامة.</translation>
        </message>
        <message>
            <source>Windows has stopped telling of shortcuts.</source>
            <translation>توقف Windows عن الإبلاغ بالاختصارات.</translation>
        </message>
        <message>
            <source>Windows keeps F12 for debuggers.</source>
            <translation>يحتفظ Windows بـ F12 لبرامج التنقيح.</translation>
        </message>
        <message>
            <source>Windows keeps most combinations with the Windows key for itself. </source>
            <translation>يحتفظ Windows لنفسه بمعظم التركيبات التي فيها مفتاح Windows. </translation>
        </message>
        <message>
            <source>With a command the type must be "stdio".</source>
            <translation>مع command يجب أن يكون النوع "stdio".</translation>
        </message>
        <message>
            <source>With a tool: go to a place, begin and end there</source>
            <translation>مع أداة: الانتقال إلى موضع والبدء والانتهاء فيه</translation>
        </message>
        <message>
            <source>With a tool: the next mark, remove it</source>
            <translation>مع أداة: العلامة التالية، حذفها</translation>
        </message>
        <message>
            <source>With a url the type must be "http".</source>
            <translation>مع url يجب أن يكون النوع "http".</translation>
        </message>
        <message>
            <source>With another effort the service reads {tokens} tokens anew{price}.</source>
            <translation>مع جهد آخر تقرأ الخدمة {tokens} من الرموز من جديد{price}.</translation>
        </message>
        <message>
            <source>With another model…</source>
            <translation>بنموذج آخر…</translation>
        </message>
        <message>
            <source>With other instructions the service reads {tokens} tokens anew{price}.</source>
            <translation>مع تعليمات أخرى تقرأ الخدمة {tokens} من الرموز من جديد{price}.</translation>
        </message>
        <message>
            <source>With other rules for hiding the service reads {tokens} tokens anew{price}.</source>
            <translation>مع قواعد إخفاء أخرى تقرأ الخدمة {tokens} من الرموز من جديد{price}.</translation>
        </message>
        <message>
            <source>With other tools the service reads {tokens} tokens anew{price}.</source>
            <translation>مع أدوات أخرى تقرأ الخدمة {tokens} من الرموز من جديد{price}.</translation>
        </message>
        <message>
            <source>With the next question, messages 2 to {last} will not go along: they no longer fit.</source>
            <translation>مع السؤال التالي لن تُرسل الرسائل من 2 إلى {last}: لم يعد لها متسع.</translation>
        </message>
        <message>
            <source>With the next question, the first {count} messages will not go along: they no longer fit.</source>
            <translation>مع السؤال التالي لن تُرسل الرسائل الأولى ({count}): لم يعد لها متسع.</translation>
        </message>
        <message>
            <source>With this change the service reads {tokens} tokens anew{price}.</source>
            <translation>مع هذا التغيير تقرأ الخدمة {tokens} من الرموز من جديد{price}.</translation>
        </message>
        <message>
            <source>With what its tools gave back, this answer is longer than {name} can read.</source>
            <translation>مع ما أعادته أدواتها صارت هذه الإجابة أطول مما يستطيع {name} قراءته.</translation>
        </message>
        <message numerus="yes">
            <source>With {n} pictures.</source>
            <extracomment>With one picture.</extracomment>
            <translation>
                <numerusform>مع {n} صورة.</numerusform>
                <numerusform>مع صورة واحدة.</numerusform>
                <numerusform>مع صورتين.</numerusform>
                <numerusform>مع {n} صور.</numerusform>
                <numerusform>مع {n} صورة.</numerusform>
                <numerusform>مع {n} صورة.</numerusform>
            </translation>
        </message>
        <message>
            <source>Within</source>
            <translation>ضمن</translation>
        </message>
        <message>
            <source>Without a key, this computer reads the text in what you cut out. Nothing is sent anywhere.</source>
            <translation>بلا مفتاح يقرأ هذا الحاسوب النص فيما تقتطعه. لا يُرسل شيء إلى أي مكان.</translation>
        </message>
        <message>
            <source>Without asking</source>
            <translation>بلا سؤال</translation>
        </message>
        <message>
            <source>Words</source>
            <translation>الكلمات</translation>
        </message>
        <message>
            <source>Words of the mark</source>
            <translation>كلمات العلامة</translation>
        </message>
        <message>
            <source>Words of the prompt</source>
            <translation>كلمات السؤال</translation>
        </message>
        <message>
            <source>Write a prompt.</source>
            <translation>اكتب سؤالًا.</translation>
        </message>
        <message>
            <source>Write a question first; then you can see what will be sent.</source>
            <translation>اكتب سؤالًا أولًا؛ ثم يمكنك رؤية ما سيُرسل.</translation>
        </message>
        <message>
            <source>Write a reply to the message that is shown, in the language of the message. The tone is {{tone}}. Answer every question in it, promise nothing and invent no facts, names or dates; write […] where something must be filled in. Write the reply alone, ready to send.

What the reply should say, if anything stands here: {{points}}</source>
            <translation>اكتب ردًا على الرسالة المعروضة، بلغة الرسالة نفسها. النبرة: {{tone}}. أجب عن كل سؤال فيها، ولا تعِد بشيء، ولا تختلق وقائع أو أسماء أو تواريخ؛ واكتب […] حيث يجب ملء شيء. اكتب الرد وحده، جاهزًا للإرسال.

ما ينبغي أن يقوله الرد، إن كُتب هنا شيء: {{points}}</translation>
        </message>
        <message>
            <source>Write a table (.csv), which spreadsheets read, or lines of JSON (.jsonl).</source>
            <translation>اكتب جدولًا (⁦.csv⁩) تقرؤه برامج الجداول، أو أسطر JSON (⁦.jsonl⁩).</translation>
        </message>
        <message>
            <source>Write down all text that is shown, in reading order and exactly as it stands, with its line breaks. Write tables and lists as Markdown, and code in a code block. Write […] for what cannot be read. Add nothing of your own.</source>
            <translation>اكتب كل النص المعروض بترتيب القراءة وكما هو تمامًا، مع فواصل أسطره. اكتب الجداول والقوائم بصيغة Markdown، والكود في كتلة كود. اكتب […] لما لا يمكن قراءته. لا تضف شيئًا من عندك.</translation>
        </message>
        <message>
            <source>Write each object on a line of its own, as jq -c '.[]' does.</source>
            <translation>اكتب كل كائن في سطر مستقل، كما يفعل jq -c '.[]'‎.</translation>
        </message>
        <message>
            <source>Write it</source>
            <translation>كتابتها</translation>
        </message>
        <message>
            <source>Write its arguments apart from it: each is a text of its own in args.</source>
            <translation>اكتب معطياته منفصلة عنه: كل منها نص مستقل في args.</translation>
        </message>
        <message>
            <source>Write on the picture</source>
            <translation>الكتابة على الصورة</translation>
        </message>
        <message>
            <source>Write the alternative text of this picture, for people who cannot see it. Say what it shows and what it is for, in one or two plain sentences of at most 200 characters together. Repeat words that stand in it where they carry the meaning. Do not begin with “Picture of” or “Screenshot of”, and do not guess who a person is. Write the alternative text alone.</source>
            <translation>اكتب النص البديل لهذه الصورة لمن لا يستطيع رؤيتها. اذكر ما تعرضه وما الغرض منها في جملة أو جملتين بسيطتين لا تتجاوزان معًا 200 حرف. كرّر الكلمات الواردة فيها حيث تحمل المعنى. لا تبدأ بـ «صورة لـ» أو «لقطة شاشة لـ»، ولا تخمّن هوية أي شخص. اكتب النص البديل وحده.</translation>
        </message>
        <message>
            <source>Write the value itself, {variable} or {kept} in its place.</source>
            <translation>اكتب مكانه القيمة نفسها، أو ‎{variable}‎، أو ‎{kept}‎.</translation>
        </message>
        <message>
            <source>Write them as lines of JSON (.jsonl).</source>
            <translation>اكتبها أسطر JSON (⁦.jsonl⁩).</translation>
        </message>
        <message>
            <source>Write them into its address, http://name:password@host:port, in network.proxy or HTTPS_PROXY.</source>
            <translation>اكتبهما في عنوانه، http://name:password@host:port، في network.proxy أو HTTPS_PROXY.</translation>
        </message>
        <message>
            <source>Write what belongs there first: {names}</source>
            <translation>اكتب أولًا ما يوضع هناك: {names}</translation>
        </message>
        <message>
            <source>Writing</source>
            <translation>الكتابة</translation>
        </message>
        <message>
            <source>Writing the answers…</source>
            <translation>تجري كتابة الإجابات…</translation>
        </message>
        <message>
            <source>Writing the decisions…</source>
            <translation>تُكتب القرارات…</translation>
        </message>
        <message>
            <source>Writing…</source>
            <translation>تجري الكتابة…</translation>
        </message>
        <message>
            <source>Written</source>
            <translation>كُتب</translation>
        </message>
        <message>
            <source>Wrong in another way</source>
            <translation>خطأ بصورة أخرى</translation>
        </message>
        <message>
            <source>Yes or no</source>
            <translation>نعم أو لا</translation>
        </message>
        <message>
            <source>Yesterday</source>
            <translation>أمس</translation>
        </message>
        <message>
            <source>You</source>
            <translation>أنت</translation>
        </message>
        <message>
            <source>You are asked before it runs.</source>
            <translation>تُسأل قبل تشغيلها.</translation>
        </message>
        <message>
            <source>You are signed in with OpenRouter.</source>
            <translation>سُجّل دخولك عبر OpenRouter.</translation>
        </message>
        <message>
            <source>You asked in {title}: {words}</source>
            <translation>سألتَ في {title}: {words}</translation>
        </message>
        <message>
            <source>You have allowed it. Where words from outside stand in the conversation, it may ask again.</source>
            <translation>لقد سمحتَ بها. وإن كانت في المحادثة كلمات من الخارج فقد تسأل مجددًا.</translation>
        </message>
        <message>
            <source>You have another policy of this name. Choose another name.</source>
            <translation>لديك سياسة أخرى بهذا الاسم. اختر اسمًا آخر.</translation>
        </message>
        <message>
            <source>You have another prompt of this name. Choose another name.</source>
            <translation>لديك سؤال سريع آخر بهذا الاسم. اختر اسمًا آخر.</translation>
        </message>
        <message>
            <source>You have denied it; models are told so.</source>
            <translation>لقد رفضتها؛ وتُخبَر النماذج بذلك.</translation>
        </message>
        <message>
            <source>You may not read this.</source>
            <translation>لا يُسمح لك بقراءة هذا.</translation>
        </message>
        <message>
            <source>You stopped the answer before, so this waits:</source>
            <translation>أوقفتَ الإجابة السابقة، لذا ينتظر هذا:</translation>
        </message>
        <message>
            <source>You stopped this answer before its first word.</source>
            <translation>أوقفتَ هذه الإجابة قبل أول كلمة منها.</translation>
        </message>
        <message>
            <source>You stopped this answer. What had arrived is kept.</source>
            <translation>أوقفتَ هذه الإجابة. ما وصل منها محفوظ.</translation>
        </message>
        <message>
            <source>You, for a folder</source>
            <translation>أنت، لمجلد</translation>
        </message>
        <message>
            <source>You, for a host</source>
            <translation>أنت، لمضيف</translation>
        </message>
        <message>
            <source>You, for a time</source>
            <translation>أنت، لمدة</translation>
        </message>
        <message>
            <source>You, for this conversation</source>
            <translation>أنت، لهذه المحادثة</translation>
        </message>
        <message>
            <source>You, from then on</source>
            <translation>أنت، من ذلك الحين فصاعدًا</translation>
        </message>
        <message>
            <source>You, once</source>
            <translation>أنت، مرة واحدة</translation>
        </message>
        <message>
            <source>Your data</source>
            <translation>بياناتك</translation>
        </message>
        <message>
            <source>Your data could not be copied before version {version} uses it.</source>
            <translation>تعذر نسخ بياناتك قبل أن يستعملها الإصدار {version}.</translation>
        </message>
        <message>
            <source>Your own address, told of a job</source>
            <translation>عنوانك الخاص، أُبلغ عن مهمة</translation>
        </message>
        <message>
            <source>Your own words</source>
            <translation>كلماتك الخاصة</translation>
        </message>
        <message>
            <source>Your own words to hide cannot be read in settings.toml, so nothing was sent.</source>
            <translation>تعذرت قراءة كلماتك الخاصة المراد إخفاؤها في settings.toml، لذا لم يُرسل شيء.</translation>
        </message>
        <message>
            <source>Your policies</source>
            <translation>سياساتك</translation>
        </message>
        <message>
            <source>Your prompts</source>
            <translation>أسئلتك السريعة</translation>
        </message>
        <message>
            <source>Your question</source>
            <translation>سؤالك</translation>
        </message>
        <message>
            <source>Your question about a picture</source>
            <translation>سؤالك عن صورة</translation>
        </message>
        <message>
            <source>Your rules for answers need too much work, so the rest of this answer is not shown. Make them simpler in the settings, under Privacy.</source>
            <translation>تتطلب قواعدك للإجابات عملًا أكثر من اللازم، لذا لا تُعرض بقية هذه الإجابة. بسّطها في الإعدادات، تحت الخصوصية.</translation>
        </message>
        <message>
            <source>Your rules hold while an answer comes, however it is cut into pieces. A text is found in any case; between two strokes it is a pattern. What a model passes to tools is left as it is.</source>
            <translation>تسري قواعدك أثناء ورود الإجابة مهما كان تقطيعها. يُعثر على النص بأي حالة أحرف؛ وما بين شرطتين مائلتين نمط. وما يمرّره النموذج إلى الأدوات يبقى كما هو.</translation>
        </message>
        <message>
            <source>Your stop rule {rule} ended the answer here.</source>
            <translation>أنهت قاعدة الإيقاف {rule} الإجابة هنا.</translation>
        </message>
        <message>
            <source>[picture: {description}]</source>
            <translation>[صورة: {description}]</translation>
        </message>
        <message>
            <source>[picture]</source>
            <translation>[صورة]</translation>
        </message>
        <message>
            <source>[{name}] is not a section this version knows{meant}</source>
            <translation>[{name}] ليس قسمًا يعرفه هذا الإصدار{meant}</translation>
        </message>
        <message>
            <source>[… {count} bytes left out …]</source>
            <translation>[… تُرك {count} بايت …]</translation>
        </message>
        <message>
            <source>a date</source>
            <translation>تاريخ</translation>
        </message>
        <message>
            <source>a document</source>
            <translation>مستند</translation>
        </message>
        <message>
            <source>a file</source>
            <translation>ملف</translation>
        </message>
        <message>
            <source>a file name is empty</source>
            <translation>اسم ملف فارغ</translation>
        </message>
        <message>
            <source>a huge number</source>
            <translation>عدد هائل</translation>
        </message>
        <message>
            <source>a list</source>
            <translation>قائمة</translation>
        </message>
        <message>
            <source>a local server</source>
            <translation>خادم محلي</translation>
        </message>
        <message>
            <source>a note has at most {most} characters</source>
            <translation>لا تتجاوز الملاحظة {most} حرفًا</translation>
        </message>
        <message>
            <source>a number</source>
            <translation>عدد</translation>
        </message>
        <message>
            <source>a number that is not whole</source>
            <translation>عدد كسري</translation>
        </message>
        <message>
            <source>a plugin or a server</source>
            <translation>ملحق أو خادم</translation>
        </message>
        <message>
            <source>a quotation</source>
            <translation>اقتباس</translation>
        </message>
        <message>
            <source>a row is decided about in two ways; decide each once</source>
            <translation>يُبتّ في صف بقرارين؛ ابتّ في كل صف مرة واحدة</translation>
        </message>
        <message>
            <source>a server</source>
            <translation>خادم</translation>
        </message>
        <message>
            <source>a table</source>
            <translation>جدول</translation>
        </message>
        <message>
            <source>about {amount}</source>
            <translation>نحو {amount}</translation>
        </message>
        <message>
            <source>about {read} read, {written} written</source>
            <translation>نحو {read} قراءةً، و{written} كتابةً</translation>
        </message>
        <message>
            <source>about {time}</source>
            <translation>{time} تقريبًا</translation>
        </message>
        <message>
            <source>about {usual}</source>
            <translation>{usual} تقريبًا</translation>
        </message>
        <message>
            <source>accepted</source>
            <translation>قُبل</translation>
        </message>
        <message>
            <source>action</source>
            <translation>إجراء</translation>
        </message>
        <message>
            <source>ada@example.org</source>
            <translation>ada@example.org</translation>
        </message>
        <message>
            <source>all found on the picture</source>
            <translation>كلها موجودة في الصورة</translation>
        </message>
        <message>
            <source>allowed</source>
            <translation>مسموح</translation>
        </message>
        <message>
            <source>allowed for this host</source>
            <translation>سُمح لهذا المضيف</translation>
        </message>
        <message>
            <source>allowed from now on</source>
            <translation>سُمح من الآن فصاعدًا</translation>
        </message>
        <message>
            <source>allowed in this conversation</source>
            <translation>سُمح في هذه المحادثة</translation>
        </message>
        <message>
            <source>allowed in this folder</source>
            <translation>سُمح في هذا المجلد</translation>
        </message>
        <message>
            <source>allowed once</source>
            <translation>سُمح مرة واحدة</translation>
        </message>
        <message>
            <source>allowed until {date}</source>
            <translation>سُمح حتى {date}</translation>
        </message>
        <message>
            <source>an answer is being written</source>
            <translation>تُكتب إجابة</translation>
        </message>
        <message>
            <source>an argument or a variable holds a character that cannot be passed</source>
            <translation>في أحد المعطيات أو المتغيرات محرف لا يمكن تمريره</translation>
        </message>
        <message>
            <source>an object</source>
            <translation>كائن</translation>
        </message>
        <message>
            <source>and {count} more</source>
            <translation>و{count} غيرها</translation>
        </message>
        <message numerus="yes">
            <source>and {n} more</source>
            <extracomment>and 1 more</extracomment>
            <translation>
                <numerusform>و{n} أخرى</numerusform>
                <numerusform>وواحد آخر</numerusform>
                <numerusform>واثنان آخران</numerusform>
                <numerusform>و{n} أخرى</numerusform>
                <numerusform>و{n} آخر</numerusform>
                <numerusform>و{n} آخر</numerusform>
            </translation>
        </message>
        <message>
            <source>another tool</source>
            <translation>أداة أخرى</translation>
        </message>
        <message>
            <source>apologetic</source>
            <translation>معتذرة</translation>
        </message>
        <message>
            <source>ask</source>
            <translation>بعد سؤالك</translation>
        </message>
        <message numerus="yes">
            <source>ask, but for {n} folders</source>
            <extracomment>ask, but for 1 folder</extracomment>
            <translation>
                <numerusform>بعد سؤالك، إلا في {n} مجلد</numerusform>
                <numerusform>بعد سؤالك، إلا في مجلد واحد</numerusform>
                <numerusform>بعد سؤالك، إلا في مجلدين</numerusform>
                <numerusform>بعد سؤالك، إلا في {n} مجلدات</numerusform>
                <numerusform>بعد سؤالك، إلا في {n} مجلدًا</numerusform>
                <numerusform>بعد سؤالك، إلا في {n} مجلد</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>ask, but for {n} hosts</source>
            <extracomment>ask, but for 1 host</extracomment>
            <translation>
                <numerusform>بعد سؤالك، إلا لـ {n} مضيف</numerusform>
                <numerusform>بعد سؤالك، إلا لمضيف واحد</numerusform>
                <numerusform>بعد سؤالك، إلا لمضيفين</numerusform>
                <numerusform>بعد سؤالك، إلا لـ {n} مضيفين</numerusform>
                <numerusform>بعد سؤالك، إلا لـ {n} مضيفًا</numerusform>
                <numerusform>بعد سؤالك، إلا لـ {n} مضيف</numerusform>
            </translation>
        </message>
        <message>
            <source>asked</source>
            <translation>المجيب</translation>
        </message>
        <message>
            <source>asked because the plugin has changed</source>
            <translation>السؤال لأن الملحق تغيّر</translation>
        </message>
        <message>
            <source>asked because the server has changed</source>
            <translation>السؤال لأن الخادم تغيّر</translation>
        </message>
        <message>
            <source>asked because this conversation contains text from {places}</source>
            <translation>السؤال لأن هذه المحادثة تحتوي نصًا من {places}</translation>
        </message>
        <message>
            <source>asked because this tool always asks</source>
            <translation>السؤال لأن هذه الأداة تسأل دائمًا</translation>
        </message>
        <message>
            <source>asked because you have not allowed it yet</source>
            <translation>السؤال لأنك لم تسمح بها بعد</translation>
        </message>
        <message>
            <source>asked because your permission has ended</source>
            <translation>السؤال لأن إذنك انتهى</translation>
        </message>
        <message>
            <source>asked row by row</source>
            <translation>تُسأل صفًّا صفًّا</translation>
        </message>
        <message>
            <source>asked the desktop</source>
            <translation>طُلب من سطح المكتب</translation>
        </message>
        <message>
            <source>asking…</source>
            <translation>يجري السؤال…</translation>
        </message>
        <message>
            <source>at a price that is not known</source>
            <translation>بسعر غير معروف</translation>
        </message>
        <message>
            <source>at most {most}</source>
            <translation>{most} على الأكثر</translation>
        </message>
        <message>
            <source>at most {time}</source>
            <translation>{time} على الأكثر</translation>
        </message>
        <message>
            <source>bank account</source>
            <translation>حساب مصرفي</translation>
        </message>
        <message>
            <source>base64, separated by commas</source>
            <translation>‏base64، تفصل بينها فواصل (,)</translation>
        </message>
        <message>
            <source>batches</source>
            <translation>الدفعات</translation>
        </message>
        <message>
            <source>before sending</source>
            <translation>قبل الإرسال</translation>
        </message>
        <message>
            <source>being called back</source>
            <translation>قيد السحب</translation>
        </message>
        <message>
            <source>being collected</source>
            <translation>قيد الجمع</translation>
        </message>
        <message>
            <source>being sent</source>
            <translation>قيد الإرسال</translation>
        </message>
        <message>
            <source>brief</source>
            <translation>موجزة</translation>
        </message>
        <message>
            <source>budget</source>
            <translation>الميزانية</translation>
        </message>
        <message>
            <source>budget reached</source>
            <translation>بُلغت الميزانية</translation>
        </message>
        <message>
            <source>byte {number} is not UTF-8</source>
            <translation>البايت {number} ليس UTF-8</translation>
        </message>
        <message>
            <source>called back</source>
            <translation>سُحب</translation>
        </message>
        <message>
            <source>can use tools</source>
            <translation>يستعمل الأدوات</translation>
        </message>
        <message>
            <source>cancelled</source>
            <translation>أُلغيت</translation>
        </message>
        <message>
            <source>cancelled {time}</source>
            <translation>أُلغيت {time}</translation>
        </message>
        <message>
            <source>cancelling</source>
            <translation>قيد الإلغاء</translation>
        </message>
        <message>
            <source>cancelling: the service has not confirmed it yet</source>
            <translation>قيد الإلغاء: لم تؤكده الخدمة بعد</translation>
        </message>
        <message>
            <source>cancelling…</source>
            <translation>قيد الإلغاء…</translation>
        </message>
        <message>
            <source>cannot be used</source>
            <translation>لا تصلح</translation>
        </message>
        <message>
            <source>cannot fetch pictures from the web</source>
            <translation>لا يستطيع جلب صور من الويب</translation>
        </message>
        <message>
            <source>cannot read PDF documents</source>
            <translation>لا يستطيع قراءة مستندات PDF</translation>
        </message>
        <message>
            <source>cannot see pictures</source>
            <translation>لا يرى الصور</translation>
        </message>
        <message>
            <source>cannot see; gets the text this computer reads</source>
            <translation>لا يرى الصور؛ يحصل على النص الذي يقرؤه هذا الحاسوب</translation>
        </message>
        <message>
            <source>captures</source>
            <translation>لقطات</translation>
        </message>
        <message>
            <source>card</source>
            <translation>بطاقة</translation>
        </message>
        <message>
            <source>category</source>
            <translation>فئة</translation>
        </message>
        <message>
            <source>changed</source>
            <translation>معدَّل</translation>
        </message>
        <message>
            <source>changes things</source>
            <translation>تغيّر أشياء</translation>
        </message>
        <message>
            <source>checked</source>
            <translation>فُحصت</translation>
        </message>
        <message>
            <source>checked; nothing was sent yet</source>
            <translation>تم التحقق؛ ولم يُرسل شيء بعد</translation>
        </message>
        <message>
            <source>clearer</source>
            <translation>بوضوح أكبر</translation>
        </message>
        <message>
            <source>compare two folders, or two pictures</source>
            <translation>قارن مجلدين أو صورتين</translation>
        </message>
        <message>
            <source>compared</source>
            <translation>مقارنة</translation>
        </message>
        <message>
            <source>complete</source>
            <translation>مكتملة</translation>
        </message>
        <message>
            <source>copied</source>
            <translation>نُسخ</translation>
        </message>
        <message>
            <source>cost</source>
            <translation>التكلفة</translation>
        </message>
        <message>
            <source>cost not known</source>
            <translation>التكلفة غير معروفة</translation>
        </message>
        <message>
            <source>cost so far</source>
            <translation>التكلفة حتى الآن</translation>
        </message>
        <message>
            <source>cost {amount}</source>
            <translation>التكلفة {amount}</translation>
        </message>
        <message>
            <source>d MMM</source>
            <translation>d MMM</translation>
        </message>
        <message>
            <source>d MMMM yyyy</source>
            <translation>d MMMM yyyy</translation>
        </message>
        <message>
            <source>days</source>
            <translation>يومًا</translation>
        </message>
        <message>
            <source>declining</source>
            <translation>رافضة بلطف</translation>
        </message>
        <message>
            <source>default</source>
            <translation>افتراضي</translation>
        </message>
        <message>
            <source>delete</source>
            <translation>حذف</translation>
        </message>
        <message>
            <source>denied</source>
            <translation>مرفوض</translation>
        </message>
        <message>
            <source>denied by you</source>
            <translation>رفضتَه</translation>
        </message>
        <message>
            <source>denied by you from now on</source>
            <translation>رفضتَه من الآن فصاعدًا</translation>
        </message>
        <message>
            <source>denied by you in this conversation</source>
            <translation>رفضتَه في هذه المحادثة</translation>
        </message>
        <message>
            <source>documents</source>
            <translation>المستندات</translation>
        </message>
        <message>
            <source>does not go along</source>
            <translation>لا يُرسل مع السؤال</translation>
        </message>
        <message>
            <source>done</source>
            <translation>تم</translation>
        </message>
        <message>
            <source>elsewhere</source>
            <translation>مكان آخر</translation>
        </message>
        <message>
            <source>empty</source>
            <translation>فارغة</translation>
        </message>
        <message>
            <source>ended</source>
            <translation>انتهى</translation>
        </message>
        <message>
            <source>ended {when}</source>
            <translation>انتهى {when}</translation>
        </message>
        <message>
            <source>ends in the middle of something</source>
            <translation>ينتهي قبل أن يكتمل</translation>
        </message>
        <message>
            <source>ends {day}</source>
            <translation>ينتهي {day}</translation>
        </message>
        <message>
            <source>est. {amount}</source>
            <translation>التقدير {amount}</translation>
        </message>
        <message>
            <source>estimate</source>
            <translation>التقدير</translation>
        </message>
        <message>
            <source>every call</source>
            <translation>كل استدعاء</translation>
        </message>
        <message>
            <source>exit code {code}</source>
            <translation>رمز الخروج {code}</translation>
        </message>
        <message>
            <source>failed</source>
            <translation>أخفق</translation>
        </message>
        <message>
            <source>fairly sure</source>
            <translation>كبيرة</translation>
        </message>
        <message>
            <source>fields taken out</source>
            <translation>استخراج حقول</translation>
        </message>
        <message>
            <source>files in {folder}</source>
            <translation>الملفات في ⁦{folder}⁩</translation>
        </message>
        <message>
            <source>finished</source>
            <translation>انتهت</translation>
        </message>
        <message>
            <source>finished {time}</source>
            <translation>انتهت {time}</translation>
        </message>
        <message>
            <source>folded</source>
            <translation>مطوي</translation>
        </message>
        <message>
            <source>for this session</source>
            <translation>لهذه الجلسة</translation>
        </message>
        <message>
            <source>formal</source>
            <translation>رسمية</translation>
        </message>
        <message>
            <source>found {name} on {place}</source>
            <translation>عُثر على {name} على {place}</translation>
        </message>
        <message>
            <source>free</source>
            <translation>مجاني</translation>
        </message>
        <message>
            <source>free tier, no credit bought yet</source>
            <translation>المستوى المجاني، لم يُشترَ رصيد بعد</translation>
        </message>
        <message>
            <source>friendlier</source>
            <translation>بنبرة أكثر ودًّا</translation>
        </message>
        <message>
            <source>friendly</source>
            <translation>ودّية</translation>
        </message>
        <message>
            <source>friendly, formal, brief</source>
            <translation>ودّية، رسمية، موجزة</translation>
        </message>
        <message>
            <source>from the environment</source>
            <translation>من متغيرات البيئة</translation>
        </message>
        <message>
            <source>full price</source>
            <translation>السعر الكامل</translation>
        </message>
        <message>
            <source>full price, one by one</source>
            <translation>السعر الكامل، واحدًا واحدًا</translation>
        </message>
        <message>
            <source>full price, through the service's batches</source>
            <translation>السعر الكامل، عبر دفعات الخدمة</translation>
        </message>
        <message>
            <source>full price: row by row, now</source>
            <translation>السعر الكامل: صفًّا صفًّا، الآن</translation>
        </message>
        <message>
            <source>goes along</source>
            <translation>يُرسل مع السؤال</translation>
        </message>
        <message>
            <source>half price</source>
            <translation>نصف السعر</translation>
        </message>
        <message>
            <source>half price, through the service's batches</source>
            <translation>نصف السعر، عبر دفعات الخدمة</translation>
        </message>
        <message>
            <source>has a closing bracket without its opening one</source>
            <translation>فيه قوس إغلاق بلا قوس فتح</translation>
        </message>
        <message>
            <source>has a range that ends before it begins</source>
            <translation>فيه نطاق ينتهي قبل أن يبدأ</translation>
        </message>
        <message>
            <source>has an opening bracket without its closing one</source>
            <translation>فيه قوس فتح بلا قوس إغلاق</translation>
        </message>
        <message>
            <source>has brackets inside brackets too often</source>
            <translation>فيه أقواس متداخلة أكثر من اللازم</translation>
        </message>
        <message>
            <source>has {value}, which {problem}</source>
            <translation>فيه {value}، وهو {problem}</translation>
        </message>
        <message>
            <source>holds {value}, which is no public key in base64</source>
            <translation>فيه {value}، وهو ليس مفتاحًا عامًا بترميز base64</translation>
        </message>
        <message>
            <source>holds {value}, which is not one of {values}</source>
            <translation>يحوي {value}، وهو ليس من {values}</translation>
        </message>
        <message>
            <source>how the command line calls it</source>
            <translation>كما يسمّيه سطر الأوامر</translation>
        </message>
        <message>
            <source>in the text</source>
            <translation>في النص</translation>
        </message>
        <message>
            <source>in use</source>
            <translation>قيد الاستعمال</translation>
        </message>
        <message>
            <source>instructions</source>
            <translation>التعليمات</translation>
        </message>
        <message>
            <source>into {language}</source>
            <translation>إلى {language}</translation>
        </message>
        <message>
            <source>is not a key combination such as Ctrl+Shift+Space</source>
            <translation>ليس تركيبة مفاتيح مثل Ctrl+Shift+Space</translation>
        </message>
        <message>
            <source>it always asks</source>
            <translation>تسأل دائمًا</translation>
        </message>
        <message>
            <source>it did not answer within {seconds} seconds</source>
            <translation>لم يُجب خلال {seconds} ثانية</translation>
        </message>
        <message>
            <source>it does not speak HTTP properly, or sends too much</source>
            <translation>لا يتحدث HTTP كما ينبغي، أو يرسل أكثر من اللازم</translation>
        </message>
        <message>
            <source>it had changed since it was allowed</source>
            <translation>تغيّرت منذ أن سُمح بها</translation>
        </message>
        <message>
            <source>it has no such name</source>
            <translation>لا يصلح اسمًا لملف</translation>
        </message>
        <message>
            <source>it is larger than 10 MB</source>
            <translation>حجمه أكبر من 10 MB</translation>
        </message>
        <message>
            <source>it is larger than 50 MB</source>
            <translation>حجمه أكبر من 50 MB</translation>
        </message>
        <message>
            <source>it is nested too deeply</source>
            <translation>متداخل أعمق من اللازم</translation>
        </message>
        <message>
            <source>it is not an object: {...}</source>
            <translation>ليس كائنًا: {...}</translation>
        </message>
        <message>
            <source>it unpacks to far more than an export does</source>
            <translation>يُفك إلى أكثر بكثير مما في تصدير</translation>
        </message>
        <message>
            <source>its arguments and variables are too long</source>
            <translation>معطياته ومتغيراته أطول من اللازم</translation>
        </message>
        <message>
            <source>its certificate is not trusted on this computer</source>
            <translation>شهادته غير موثوقة على هذا الحاسوب</translation>
        </message>
        <message>
            <source>its working folder {folder} is not a folder</source>
            <translation>مجلد عمله {folder} ليس مجلدًا</translation>
        </message>
        <message>
            <source>its working folder {folder} is not there</source>
            <translation>مجلد عمله {folder} غير موجود</translation>
        </message>
        <message>
            <source>its working folder {folder} may not be entered</source>
            <translation>لا يُسمح بدخول مجلد عمله {folder}</translation>
        </message>
        <message>
            <source>job</source>
            <translation>المهمة</translation>
        </message>
        <message>
            <source>just now</source>
            <translation>للتو</translation>
        </message>
        <message>
            <source>key</source>
            <translation>مفتاح</translation>
        </message>
        <message>
            <source>keychain not open</source>
            <translation>سلسلة المفاتيح غير مفتوحة</translation>
        </message>
        <message>
            <source>kireji batch list shows those there are.</source>
            <translation>يعرض kireji batch list الموجود منها.</translation>
        </message>
        <message>
            <source>kireji batch show tells where it stands.</source>
            <translation>يبيّن kireji batch show حالتها.</translation>
        </message>
        <message numerus="yes">
            <source>last {n} rows with the service since {time}</source>
            <extracomment>last row with the service since {time}</extracomment>
            <translation>
                <numerusform>آخر {n} صف لدى الخدمة منذ {time}</numerusform>
                <numerusform>آخر صف لدى الخدمة منذ {time}</numerusform>
                <numerusform>آخر صفين لدى الخدمة منذ {time}</numerusform>
                <numerusform>آخر {n} صفوف لدى الخدمة منذ {time}</numerusform>
                <numerusform>آخر {n} صفًا لدى الخدمة منذ {time}</numerusform>
                <numerusform>آخر {n} صف لدى الخدمة منذ {time}</numerusform>
            </translation>
        </message>
        <message>
            <source>left out</source>
            <translation>المتروك</translation>
        </message>
        <message>
            <source>less than a second</source>
            <translation>أقل من ثانية</translation>
        </message>
        <message>
            <source>level</source>
            <translation>درجة</translation>
        </message>
        <message>
            <source>level right in {right} of {named}</source>
            <translation>الدرجة صحيحة في {right} من {named}</translation>
        </message>
        <message>
            <source>line {line}, column {column}</source>
            <translation>السطر {line}، العمود {column}</translation>
        </message>
        <message>
            <source>line {line}: {why}</source>
            <translation>السطر {line}: {why}</translation>
        </message>
        <message>
            <source>list</source>
            <translation>قائمة</translation>
        </message>
        <message>
            <source>looking for duplicates</source>
            <translation>يجري البحث عن المكرر</translation>
        </message>
        <message>
            <source>looking through pictures, {done} of {rows}</source>
            <translation>فحص الصور، {done} من {rows}</translation>
        </message>
        <message>
            <source>looking through rows, {done} of {rows}</source>
            <translation>فحص الصفوف، {done} من {rows}</translation>
        </message>
        <message>
            <source>looking…</source>
            <translation>يجري البحث…</translation>
        </message>
        <message>
            <source>looks for nothing</source>
            <translation>لا يبحث عن شيء</translation>
        </message>
        <message>
            <source>macOS 15.0 and 15.1 refuse shortcuts with Option alone.</source>
            <translation>يرفض macOS 15.0 و15.1 الاختصارات التي فيها Option وحده.</translation>
        </message>
        <message>
            <source>macOS did not press the keys for Copy.</source>
            <translation>لم يضغط macOS مفتاحي النسخ.</translation>
        </message>
        <message>
            <source>macOS does not let Kireji press keys in other programs.</source>
            <translation>لا يسمح macOS لـ Kireji بضغط مفاتيح في برامج أخرى.</translation>
        </message>
        <message>
            <source>macOS does not let Kireji record the screen.</source>
            <translation>لا يسمح macOS لـ Kireji بتسجيل الشاشة.</translation>
        </message>
        <message>
            <source>macOS does not offer global shortcuts to this program.</source>
            <translation>لا يتيح macOS لهذا البرنامج اختصارات عامة.</translation>
        </message>
        <message>
            <source>macOS does not tell this program of shortcuts.</source>
            <translation>لا يُبلغ macOS هذا البرنامج بالاختصارات.</translation>
        </message>
        <message>
            <source>macOS has Kireji switched off at login.</source>
            <translation>عطّل macOS تشغيل Kireji عند تسجيل الدخول.</translation>
        </message>
        <message>
            <source>macOS will ask for leave to record the screen at the first capture.</source>
            <translation>سيطلب macOS الإذن بتسجيل الشاشة عند أول التقاط.</translation>
        </message>
        <message>
            <source>made</source>
            <translation>أُنشئت</translation>
        </message>
        <message>
            <source>made from</source>
            <translation>المصدر</translation>
        </message>
        <message>
            <source>mail address</source>
            <translation>عنوان بريد</translation>
        </message>
        <message>
            <source>max_tokens is {limit}; an answer needs at least 1.</source>
            <translation>قيمة max_tokens هي {limit}؛ والإجابة تحتاج إلى 1 على الأقل.</translation>
        </message>
        <message>
            <source>may change things and send data</source>
            <translation>قد تغيّر أشياء وترسل بيانات</translation>
        </message>
        <message>
            <source>may not be empty</source>
            <translation>لا يجوز تركه فارغًا</translation>
        </message>
        <message>
            <source>mcp: {name}</source>
            <translation>mcp: {name}</translation>
        </message>
        <message>
            <source>more formal</source>
            <translation>بأسلوب أكثر رسمية</translation>
        </message>
        <message>
            <source>more than {most} GB came out of the archive</source>
            <translation>خرج من الأرشيف أكثر من {most} غ.ب</translation>
        </message>
        <message>
            <source>must be 'system', 'none', or an address that begins with http:// or https://</source>
            <translation>يجب أن يكون 'system' أو 'none' أو عنوانًا يبدأ بـ http:// أو https://</translation>
        </message>
        <message>
            <source>must be a list of texts in quotes</source>
            <translation>يجب أن يكون قائمة نصوص بين علامات اقتباس</translation>
        </message>
        <message>
            <source>must be a number</source>
            <translation>يجب أن يكون عددًا</translation>
        </message>
        <message>
            <source>must be a whole number</source>
            <translation>يجب أن يكون عددًا صحيحًا</translation>
        </message>
        <message>
            <source>must be a whole path, such as ~/backups</source>
            <translation>يجب أن يكون مسارًا كاملًا، مثل ~/backups</translation>
        </message>
        <message>
            <source>must be an address that begins with http:// or https://</source>
            <translation>يجب أن يكون عنوانًا يبدأ بـ http:// أو https://</translation>
        </message>
        <message>
            <source>must be an address that begins with https://</source>
            <translation>يجب أن يكون عنوانًا يبدأ بـ ⁦https://⁩</translation>
        </message>
        <message>
            <source>must be between {low} and {high}</source>
            <translation>يجب أن يكون بين {low} و{high}</translation>
        </message>
        <message>
            <source>must be one of {values}</source>
            <translation>يجب أن يكون واحدًا من {values}</translation>
        </message>
        <message>
            <source>must be text in quotes</source>
            <translation>يجب أن يكون نصًا بين علامتي اقتباس</translation>
        </message>
        <message>
            <source>must be true or false</source>
            <translation>يجب أن يكون true أو false</translation>
        </message>
        <message>
            <source>must have between 1 and {most} characters</source>
            <translation>يجب أن يكون بين 1 و{most} من الأحرف</translation>
        </message>
        <message>
            <source>name a file, a folder, or --last-captures N</source>
            <translation>سمّ ملفًا أو مجلدًا أو ‎--last-captures N</translation>
        </message>
        <message>
            <source>named in the file</source>
            <translation>مذكور في الملف</translation>
        </message>
        <message>
            <source>nearly spent</source>
            <translation>تكاد تنفد</translation>
        </message>
        <message>
            <source>needs you</source>
            <translation>بانتظارك</translation>
        </message>
        <message>
            <source>new answer</source>
            <translation>إجابة جديدة</translation>
        </message>
        <message>
            <source>no</source>
            <translation>لا</translation>
        </message>
        <message>
            <source>no address</source>
            <translation>لا عنوان</translation>
        </message>
        <message>
            <source>no folder, since PATH is empty</source>
            <translation>لا مجلد، لأن PATH فارغ</translation>
        </message>
        <message>
            <source>no key</source>
            <translation>لا مفتاح</translation>
        </message>
        <message>
            <source>no keys</source>
            <translation>بلا مفاتيح</translation>
        </message>
        <message>
            <source>no model</source>
            <translation>لا نموذج</translation>
        </message>
        <message>
            <source>no name</source>
            <translation>بلا اسم</translation>
        </message>
        <message>
            <source>no picture in it</source>
            <translation>لا صورة فيه</translation>
        </message>
        <message>
            <source>no secret</source>
            <translation>لا سر</translation>
        </message>
        <message>
            <source>no verdict</source>
            <translation>بلا حكم</translation>
        </message>
        <message>
            <source>no verdict: {reason}</source>
            <translation>بلا حكم: {reason}</translation>
        </message>
        <message>
            <source>nobody knows: the price is not known</source>
            <translation>غير معروفة: السعر غير معروف</translation>
        </message>
        <message>
            <source>none</source>
            <translation>بلا</translation>
        </message>
        <message>
            <source>none found</source>
            <translation>لم يُعثر على شيء</translation>
        </message>
        <message>
            <source>none yet</source>
            <translation>لا شيء بعد</translation>
        </message>
        <message>
            <source>not asked yet</source>
            <translation>لم يُسأل بعد</translation>
        </message>
        <message>
            <source>not available</source>
            <translation>غير متاح</translation>
        </message>
        <message>
            <source>not compared with the picture</source>
            <translation>لم تُقارن بالصورة</translation>
        </message>
        <message>
            <source>not found in what was judged</source>
            <translation>لم يُعثر عليه فيما حُكم عليه</translation>
        </message>
        <message>
            <source>not known</source>
            <translation>غير معروف</translation>
        </message>
        <message>
            <source>not possible here</source>
            <translation>غير ممكن هنا</translation>
        </message>
        <message>
            <source>not reached</source>
            <translation>لم يُبلَغ</translation>
        </message>
        <message>
            <source>not said</source>
            <translation>غير مذكورة</translation>
        </message>
        <message>
            <source>not saved</source>
            <translation>غير محفوظ</translation>
        </message>
        <message>
            <source>not sent</source>
            <translation>لم يُرسل</translation>
        </message>
        <message>
            <source>not started</source>
            <translation>لم يبدأ</translation>
        </message>
        <message>
            <source>not sure</source>
            <translation>ضعيفة</translation>
        </message>
        <message>
            <source>not there any more</source>
            <translation>لم يعد موجودًا</translation>
        </message>
        <message>
            <source>nothing</source>
            <translation>لا شيء</translation>
        </message>
        <message>
            <source>nothing answers there</source>
            <translation>لا شيء يجيب هناك</translation>
        </message>
        <message>
            <source>nothing found</source>
            <translation>لم يُعثر على شيء</translation>
        </message>
        <message>
            <source>nothing is done yet</source>
            <translation>لم يتم شيء بعد</translation>
        </message>
        <message>
            <source>nothing paid for this row</source>
            <translation>لم يُدفع شيء لهذا الصف</translation>
        </message>
        <message>
            <source>nothing that it names</source>
            <translation>غير مذكور</translation>
        </message>
        <message>
            <source>nothing was said about it yet</source>
            <translation>لم يُقل عنها شيء بعد</translation>
        </message>
        <message>
            <source>nothing: then it must be given</source>
            <translation>لا شيء: عندئذٍ يجب إدخاله</translation>
        </message>
        <message>
            <source>now</source>
            <translation>الآن</translation>
        </message>
        <message>
            <source>null</source>
            <translation>null</translation>
        </message>
        <message>
            <source>number</source>
            <translation>عدد</translation>
        </message>
        <message>
            <source>off</source>
            <translation>معطّل</translation>
        </message>
        <message>
            <source>off for {name}</source>
            <translation>معطّل لـ {name}</translation>
        </message>
        <message>
            <source>on</source>
            <translation>مفعّل</translation>
        </message>
        <message>
            <source>on its way</source>
            <translation>في الطريق</translation>
        </message>
        <message>
            <source>on picture {number}</source>
            <translation>في الصورة {number}</translation>
        </message>
        <message>
            <source>on picture {number}, place unknown</source>
            <translation>في الصورة {number}، الموضع غير معروف</translation>
        </message>
        <message>
            <source>one call with exactly these arguments</source>
            <translation>استدعاء واحد بهذه المعطيات تحديدًا</translation>
        </message>
        <message>
            <source>one conversation</source>
            <translation>محادثة واحدة</translation>
        </message>
        <message>
            <source>one file or folder makes a job; several files only where all are pictures</source>
            <translation>تُنشأ المهمة من ملف واحد أو مجلد واحد؛ ولا تُنشأ من عدة ملفات إلا إذا كانت كلها صورًا</translation>
        </message>
        <message>
            <source>only guessing</source>
            <translation>مجرد تخمين</translation>
        </message>
        <message>
            <source>open</source>
            <translation>مفتوح</translation>
        </message>
        <message>
            <source>own word</source>
            <translation>كلمة خاصة بك</translation>
        </message>
        <message>
            <source>pages of {host}</source>
            <translation>صفحات ⁦{host}⁩</translation>
        </message>
        <message>
            <source>password</source>
            <translation>كلمة سر</translation>
        </message>
        <message>
            <source>pasted picture</source>
            <translation>صورة ملصقة</translation>
        </message>
        <message>
            <source>paused</source>
            <translation>موقوف مؤقتًا</translation>
        </message>
        <message>
            <source>paused: nothing new is sent</source>
            <translation>موقوفة مؤقتًا: لا يُرسل شيء جديد</translation>
        </message>
        <message>
            <source>person number</source>
            <translation>رقم شخصي</translation>
        </message>
        <message>
            <source>picture</source>
            <translation>صورة</translation>
        </message>
        <message>
            <source>picture {number}</source>
            <translation>الصورة {number}</translation>
        </message>
        <message>
            <source>pictures</source>
            <translation>الصور</translation>
        </message>
        <message>
            <source>pinned</source>
            <translation>مثبّتة</translation>
        </message>
        <message>
            <source>place unknown</source>
            <translation>الموضع غير معروف</translation>
        </message>
        <message>
            <source>plugin {name}</source>
            <translation>الملحق {name}</translation>
        </message>
        <message>
            <source>policy: {policy}</source>
            <translation>السياسة: {policy}</translation>
        </message>
        <message>
            <source>port {port}</source>
            <translation>المنفذ {port}</translation>
        </message>
        <message>
            <source>price</source>
            <translation>السعر</translation>
        </message>
        <message>
            <source>private key</source>
            <translation>مفتاح خاص</translation>
        </message>
        <message>
            <source>read-only</source>
            <translation>للقراءة فقط</translation>
        </message>
        <message>
            <source>reading</source>
            <translation>قيد القراءة</translation>
        </message>
        <message>
            <source>reading the rows…</source>
            <translation>تجري قراءة الصفوف…</translation>
        </message>
        <message>
            <source>reading verdicts: {rows}</source>
            <translation>تجري قراءة الأحكام: {rows}</translation>
        </message>
        <message>
            <source>reading {name}</source>
            <translation>تجري قراءة {name}</translation>
        </message>
        <message>
            <source>reads documents</source>
            <translation>يقرأ المستندات</translation>
        </message>
        <message>
            <source>ready</source>
            <translation>جاهز</translation>
        </message>
        <message>
            <source>ready · reads text only</source>
            <translation>جاهز · يقرأ النص فقط</translation>
        </message>
        <message>
            <source>refused</source>
            <translation>مرفوض</translation>
        </message>
        <message>
            <source>repeats nothing with {sign}</source>
            <translation>لا يوجد ما يكرره {sign}</translation>
        </message>
        <message>
            <source>repeats too much; at most {most} characters can be counted</source>
            <translation>يكرر أكثر من اللازم؛ يمكن عدّ {most} من الأحرف على الأكثر</translation>
        </message>
        <message>
            <source>retired</source>
            <translation>أُوقف</translation>
        </message>
        <message>
            <source>rows</source>
            <translation>صفوف</translation>
        </message>
        <message>
            <source>running</source>
            <translation>قيد التشغيل</translation>
        </message>
        <message>
            <source>saved</source>
            <translation>محفوظ</translation>
        </message>
        <message>
            <source>say --yes, for the answers are deleted with the job</source>
            <translation>أضف ‎--yes، فالإجابات تُحذف مع المهمة</translation>
        </message>
        <message>
            <source>seen working</source>
            <translation>ثبت أنه يعمل</translation>
        </message>
        <message>
            <source>sees pictures</source>
            <translation>يرى الصور</translation>
        </message>
        <message>
            <source>sending the rows…</source>
            <translation>يجري إرسال الصفوف…</translation>
        </message>
        <message>
            <source>sends data</source>
            <translation>ترسل بيانات</translation>
        </message>
        <message numerus="yes">
            <source>sent {n} times</source>
            <extracomment>sent once</extracomment>
            <translation>
                <numerusform>لم يُرسل</numerusform>
                <numerusform>أُرسل مرة واحدة</numerusform>
                <numerusform>أُرسل مرتين</numerusform>
                <numerusform>أُرسل {n} مرات</numerusform>
                <numerusform>أُرسل {n} مرة</numerusform>
                <numerusform>أُرسل {n} مرة</numerusform>
            </translation>
        </message>
        <message>
            <source>sent, no answer yet</source>
            <translation>أُرسلت، ولا رد بعد</translation>
        </message>
        <message>
            <source>server {name}</source>
            <translation>الخادم {name}</translation>
        </message>
        <message>
            <source>servers of tools</source>
            <translation>خوادم الأدوات</translation>
        </message>
        <message>
            <source>shorter</source>
            <translation>باختصار</translation>
        </message>
        <message>
            <source>signal {number}</source>
            <translation>الإشارة {number}</translation>
        </message>
        <message>
            <source>since {when}</source>
            <translation>منذ {when}</translation>
        </message>
        <message>
            <source>sk-ant-…, ghp_…, AKIA…</source>
            <translation>⁦sk-ant-…, ghp_…, AKIA…⁩</translation>
        </message>
        <message>
            <source>started</source>
            <translation>بدأت</translation>
        </message>
        <message>
            <source>starting…</source>
            <translation>يبدأ…</translation>
        </message>
        <message>
            <source>state</source>
            <translation>الحالة</translation>
        </message>
        <message>
            <source>stopped</source>
            <translation>أُوقفت</translation>
        </message>
        <message>
            <source>stopped before you answered</source>
            <translation>أُوقف قبل أن تُجيب</translation>
        </message>
        <message>
            <source>stored, not tested yet</source>
            <translation>محفوظ، لم يُختبر بعد</translation>
        </message>
        <message>
            <source>switched off</source>
            <translation>معطّل</translation>
        </message>
        <message>
            <source>tables taken out</source>
            <translation>استخراج جداول</translation>
        </message>
        <message>
            <source>taken by another program</source>
            <translation>يستعمله برنامج آخر</translation>
        </message>
        <message>
            <source>taken from an earlier job, not asked again</source>
            <translation>من مهمة سابقة، لم يُسأل عنه مجددًا</translation>
        </message>
        <message>
            <source>telephone number</source>
            <translation>رقم هاتف</translation>
        </message>
        <message>
            <source>tested {when}</source>
            <translation>اختُبر {when}</translation>
        </message>
        <message>
            <source>testing…</source>
            <translation>يجري الاختبار…</translation>
        </message>
        <message>
            <source>text</source>
            <translation>نص</translation>
        </message>
        <message>
            <source>that is a folder</source>
            <translation>ذلك مجلد</translation>
        </message>
        <message>
            <source>the address that jobs tell</source>
            <translation>العنوان الذي تُبلغه المهام</translation>
        </message>
        <message numerus="yes">
            <source>the answers of {n} jobs</source>
            <extracomment>the answers of 1 job</extracomment>
            <translation>
                <numerusform>إجابات {n} مهمة</numerusform>
                <numerusform>إجابات مهمة واحدة</numerusform>
                <numerusform>إجابات مهمتين</numerusform>
                <numerusform>إجابات {n} مهام</numerusform>
                <numerusform>إجابات {n} مهمة</numerusform>
                <numerusform>إجابات {n} مهمة</numerusform>
            </translation>
        </message>
        <message>
            <source>the archive is damaged ({why})</source>
            <translation>الأرشيف تالف ({why})</translation>
        </message>
        <message>
            <source>the clipboard</source>
            <translation>الحافظة</translation>
        </message>
        <message>
            <source>the connection was lost</source>
            <translation>انقطع الاتصال</translation>
        </message>
        <message>
            <source>the conversation “{title}”</source>
            <translation>المحادثة «{title}»</translation>
        </message>
        <message>
            <source>the file is not a program that this computer can run</source>
            <translation>الملف ليس برنامجًا يستطيع هذا الحاسوب تشغيله</translation>
        </message>
        <message>
            <source>the file is not executable</source>
            <translation>الملف غير قابل للتنفيذ</translation>
        </message>
        <message>
            <source>the local server</source>
            <translation>الخادم المحلي</translation>
        </message>
        <message>
            <source>the model declined to judge</source>
            <translation>امتنع النموذج عن الحكم</translation>
        </message>
        <message>
            <source>the model declined to judge: {action}</source>
            <translation>امتنع النموذج عن الحكم: {action}</translation>
        </message>
        <message>
            <source>the model server at {host}</source>
            <translation>خادم النماذج على {host}</translation>
        </message>
        <message>
            <source>the newest version</source>
            <translation>أحدث إصدار</translation>
        </message>
        <message>
            <source>the object</source>
            <translation>الكائن</translation>
        </message>
        <message>
            <source>the permission had ended</source>
            <translation>الإذن كان قد انتهى</translation>
        </message>
        <message>
            <source>the program named in its first line is not there</source>
            <translation>البرنامج المذكور في سطره الأول غير موجود</translation>
        </message>
        <message>
            <source>the proxy refused or was not reached</source>
            <translation>رفض الوكيل أو تعذر الوصول إليه</translation>
        </message>
        <message>
            <source>the same as row {number}, asked once</source>
            <translation>مثل الصف {number}، سُئل عنه مرة واحدة</translation>
        </message>
        <message>
            <source>the setting network.ca_file</source>
            <translation>الإعداد network.ca_file</translation>
        </message>
        <message>
            <source>the variable</source>
            <translation>المتغيّر</translation>
        </message>
        <message>
            <source>the web</source>
            <translation>الويب</translation>
        </message>
        <message>
            <source>the whole question {price}</source>
            <translation>السؤال كله {price}</translation>
        </message>
        <message>
            <source>there is no such file</source>
            <translation>لا يوجد ملف كهذا</translation>
        </message>
        <message>
            <source>these are more than {most} rows</source>
            <translation>هذه أكثر من {most} صف</translation>
        </message>
        <message>
            <source>this computer has no room for another program</source>
            <translation>لا متسع في هذا الحاسوب لبرنامج آخر</translation>
        </message>
        <message>
            <source>this model</source>
            <translation>هذا النموذج</translation>
        </message>
        <message>
            <source>time</source>
            <translation>المدة</translation>
        </message>
        <message>
            <source>to be seen on picture {number}</source>
            <translation>يُرى في الصورة {number}</translation>
        </message>
        <message>
            <source>today</source>
            <translation>اليوم</translation>
        </message>
        <message>
            <source>today {time}</source>
            <translation>اليوم {time}</translation>
        </message>
        <message>
            <source>tokens</source>
            <translation>رمز</translation>
        </message>
        <message>
            <source>tomorrow {time}</source>
            <translation>غدًا {time}</translation>
        </message>
        <message>
            <source>tone</source>
            <translation>tone</translation>
        </message>
        <message>
            <source>too late</source>
            <translation>فات الوقت</translation>
        </message>
        <message>
            <source>tools</source>
            <translation>الأدوات</translation>
        </message>
        <message>
            <source>tried {when}</source>
            <translation>جُرّب {when}</translation>
        </message>
        <message>
            <source>true or false</source>
            <translation>true أو false</translation>
        </message>
        <message>
            <source>uncertain</source>
            <translation>غير مؤكد</translation>
        </message>
        <message>
            <source>under {amount}</source>
            <translation>أقل من {amount}</translation>
        </message>
        <message>
            <source>unknown reason</source>
            <translation>سبب غير معروف</translation>
        </message>
        <message>
            <source>until {when}</source>
            <translation>حتى {when}</translation>
        </message>
        <message>
            <source>used {used}, no limit</source>
            <translation>استُهلك {used}، بلا حد</translation>
        </message>
        <message>
            <source>uses (?…), which is not offered here; only (?:…) is</source>
            <translation>يستخدم (?…) وهو غير متاح هنا؛ المتاح هو (?:…) فقط</translation>
        </message>
        <message>
            <source>uses {sign}, which is not offered here</source>
            <translation>يستخدم {sign} وهو غير متاح هنا</translation>
        </message>
        <message>
            <source>usually within {usual}, at most {most}</source>
            <translation>المعتاد {usual}، وعلى الأكثر {most}</translation>
        </message>
        <message>
            <source>usually {usual}, at most {most}</source>
            <translation>المعتاد {usual}، وعلى الأكثر {most}</translation>
        </message>
        <message>
            <source>very sure</source>
            <translation>كبيرة جدًا</translation>
        </message>
        <message>
            <source>void: it has changed since</source>
            <translation>لاغٍ: تغيّر منذ ذلك الحين</translation>
        </message>
        <message>
            <source>waits</source>
            <translation>ينتظر</translation>
        </message>
        <message>
            <source>waits for you</source>
            <translation>ينتظرك</translation>
        </message>
        <message>
            <source>waits to be sent</source>
            <translation>تنتظر الإرسال</translation>
        </message>
        <message>
            <source>what is to be seen, not words</source>
            <translation>ما يُرى، لا كلمات</translation>
        </message>
        <message>
            <source>whole number</source>
            <translation>عدد صحيح</translation>
        </message>
        <message>
            <source>why</source>
            <translation>السبب</translation>
        </message>
        <message>
            <source>with its mistakes corrected</source>
            <translation>مع تصحيح أخطائه</translation>
        </message>
        <message>
            <source>with the service</source>
            <translation>لدى الخدمة</translation>
        </message>
        <message>
            <source>with the service since {time}</source>
            <translation>لدى الخدمة منذ {time}</translation>
        </message>
        <message>
            <source>with the service since {time}, at most {hours} h</source>
            <translation>لدى الخدمة منذ {time}، {hours} س على الأكثر</translation>
        </message>
        <message>
            <source>within budget</source>
            <translation>ضمن الميزانية</translation>
        </message>
        <message>
            <source>within {name}</source>
            <translation>⁧(ضمن {name})⁩</translation>
        </message>
        <message>
            <source>without a reason</source>
            <translation>بلا سبب</translation>
        </message>
        <message>
            <source>words</source>
            <translation>الكلمات</translation>
        </message>
        <message>
            <source>words from outside stood in the conversation</source>
            <translation>في المحادثة كلمات من الخارج</translation>
        </message>
        <message>
            <source>works</source>
            <translation>يعمل</translation>
        </message>
        <message>
            <source>writing</source>
            <translation>تجري الكتابة</translation>
        </message>
        <message>
            <source>yes</source>
            <translation>نعم</translation>
        </message>
        <message>
            <source>yes or no</source>
            <translation>نعم أو لا</translation>
        </message>
        <message>
            <source>yesterday {time}</source>
            <translation>أمس {time}</translation>
        </message>
        <message>
            <source>your screen</source>
            <translation>شاشتك</translation>
        </message>
        <message>
            <source>yours</source>
            <translation>لك</translation>
        </message>
        <message>
            <source>{action}: nothing was found</source>
            <translation>‏{action}: لم يُعثر على شيء</translation>
        </message>
        <message>
            <source>{action}: the model declined to judge</source>
            <translation>‏{action}: امتنع النموذج عن الحكم</translation>
        </message>
        <message>
            <source>{action}: {findings}</source>
            <translation>{action}: {findings}</translation>
        </message>
        <message>
            <source>{address_hint}, and the model.</source>
            <translation>{address_hint}، ومن النموذج.</translation>
        </message>
        <message>
            <source>{address_hint}, and the proxy settings.</source>
            <translation>{address_hint}، ومن إعدادات الوكيل.</translation>
        </message>
        <message>
            <source>{address_hint}: a service without encryption begins with http://.</source>
            <translation>{address_hint}: الخدمة غير المشفرة تبدأ بـ http://.</translation>
        </message>
        <message>
            <source>{address_hint}; a network's login page may be in the way too.</source>
            <translation>{address_hint}؛ وقد تعترض صفحة دخول للشبكة أيضًا.</translation>
        </message>
        <message>
            <source>{address_hint}; it begins with https:// or http://.</source>
            <translation>{address_hint}؛ يبدأ بـ https:// أو http://.</translation>
        </message>
        <message>
            <source>{address}
in your own network</source>
            <translation>{address}
في شبكتك</translation>
        </message>
        <message>
            <source>{address} answered with status {status}.</source>
            <translation>أجاب ⁦{address}⁩ بالحالة {status}.</translation>
        </message>
        <message>
            <source>{address} holds no words that could be read.</source>
            <translation>لا كلمات في ⁦{address}⁩ يمكن قراءتها.</translation>
        </message>
        <message>
            <source>{address} leads from one place to the next.</source>
            <translation>يقود ⁦{address}⁩ من مكان إلى آخر.</translation>
        </message>
        <message>
            <source>{all}: {parts}</source>
            <translation>{all}: {parts}</translation>
        </message>
        <message>
            <source>{amount} per million</source>
            <translation>{amount} لكل مليون</translation>
        </message>
        <message>
            <source>{before} and {after}</source>
            <translation>{before} و{after}</translation>
        </message>
        <message>
            <source>{before} → {after}</source>
            <translation>‏{before} ‏←‏ {after}‏</translation>
        </message>
        <message>
            <source>{behind}, to whom {name} passed the question, has a fault at the moment.</source>
            <translation>لدى {behind}، الذي مرّر إليه {name} السؤال، خلل الآن.</translation>
        </message>
        <message>
            <source>{categories} ({level})</source>
            <translation>{categories} ({level})</translation>
        </message>
        <message>
            <source>{category} has the same definition as {other}.</source>
            <translation>للفئة {category} تعريف {other} نفسه.</translation>
        </message>
        <message>
            <source>{category}, {level}</source>
            <translation>{category}، {level}</translation>
        </message>
        <message>
            <source>{category}, {level}: {action} ({confidence} % sure)</source>
            <translation>‏{category}، {level}: {action} (بثقة {confidence}%)</translation>
        </message>
        <message>
            <source>{chords} and {last} are already used by other programs. Choose others in Settings.</source>
            <translation>{chords} و{last} تستعملها برامج أخرى بالفعل. اختر غيرها في الإعدادات.</translation>
        </message>
        <message>
            <source>{chord} is already used for “{title}”. Choose other keys.</source>
            <translation>{chord} مستعمل بالفعل لـ«{title}». اختر مفاتيح أخرى.</translation>
        </message>
        <message>
            <source>{colour}, {width} pixels wide</source>
            <translation>{colour}، بعرض {width} بكسل</translation>
        </message>
        <message>
            <source>{column}, row {row}</source>
            <translation>‏{column}، الصف {row}</translation>
        </message>
        <message>
            <source>{command}
in the folder {folder}</source>
            <translation>{command}
في المجلد {folder}</translation>
        </message>
        <message>
            <source>{command}: {job}</source>
            <translation>{command}: {job}</translation>
        </message>
        <message>
            <source>{context} context</source>
            <translation>سياق {context}</translation>
        </message>
        <message>
            <source>{conversations} and {messages} would be added. Nothing that is there is changed, and a copy of the history as it is now is made first.</source>
            <translation>ستُضاف {conversations} و{messages}. لا يتغير الموجود، وتُصنع أولًا نسخة من السجل الحالي.</translation>
        </message>
        <message>
            <source>{conversations} had nothing new.</source>
            <translation>لا جديد في {conversations}.</translation>
        </message>
        <message>
            <source>{cost} expected, {most} at most</source>
            <translation>المتوقع {cost}، وعلى الأكثر {most}</translation>
        </message>
        <message>
            <source>{cost} per million</source>
            <translation>{cost} لكل مليون</translation>
        </message>
        <message>
            <source>{count} answered</source>
            <translation>أُجيب عن {count}</translation>
        </message>
        <message>
            <source>{count} bad</source>
            <translation>الفاسد: {count}</translation>
        </message>
        <message>
            <source>{count} bad lines left out</source>
            <translation>أسطر فاسدة تُركت: {count}</translation>
        </message>
        <message>
            <source>{count} called back</source>
            <translation>سُحب {count}</translation>
        </message>
        <message>
            <source>{count} characters</source>
            <translation type="vanished">{count} من المحارف</translation>
        </message>
        <message>
            <source>{count} duplicates merged</source>
            <translation>مكررات دُمجت: {count}</translation>
        </message>
        <message>
            <source>{count} expired</source>
            <translation>فات وقت {count}</translation>
        </message>
        <message>
            <source>{count} failed</source>
            <translation>أخفق {count}</translation>
        </message>
        <message>
            <source>{count} hours</source>
            <translation>{count} ساعة</translation>
        </message>
        <message>
            <source>{count} jobs</source>
            <translation>المهام: {count}</translation>
        </message>
        <message>
            <source>{count} lines cannot be asked, so nothing was added.</source>
            <translation>أسطر لا يمكن السؤال عنها: {count}، لذا لم يُضَف شيء.</translation>
        </message>
        <message>
            <source>{count} minutes</source>
            <translation>{count} دقيقة</translation>
        </message>
        <message>
            <source>{count} more conversations could not be read.</source>
            <translation>تعذرت قراءة {count} محادثة أخرى.</translation>
        </message>
        <message>
            <source>{count} more regions differ.</source>
            <translation>مناطق أخرى مختلفة: {count}.</translation>
        </message>
        <message>
            <source>{count} more tables are not shown here.</source>
            <translation>جداول أخرى غير معروضة هنا: {count}.</translation>
        </message>
        <message>
            <source>{count} pictures</source>
            <translation>صور ({count})</translation>
        </message>
        <message>
            <source>{count} reused</source>
            <translation>من نتائج سابقة: {count}</translation>
        </message>
        <message>
            <source>{count} rows</source>
            <translation>{count} من الصفوف</translation>
        </message>
        <message>
            <source>{count} rows gave nothing and are left out; see kireji batch results ID --failed.</source>
            <translation>صفوف لم تعطِ شيئًا وقد تُركت: {count}؛ انظر ⁦kireji batch results ID --failed⁩.</translation>
        </message>
        <message>
            <source>{count} rows have not ended yet and are left out.</source>
            <translation>صفوف لم تنتهِ بعد وقد تُركت: {count}.</translation>
        </message>
        <message>
            <source>{count} seconds</source>
            <translation>{count} ثانية</translation>
        </message>
        <message>
            <source>{count} uncertain</source>
            <translation>غير مؤكد: {count}</translation>
        </message>
        <message>
            <source>{count} under way</source>
            <translation>في الطريق: {count}</translation>
        </message>
        <message>
            <source>{count} wait</source>
            <translation>ينتظر {count}</translation>
        </message>
        <message>
            <source>{count} with the service since {time}</source>
            <translation>لدى الخدمة {count} منذ {time}</translation>
        </message>
        <message>
            <source>{day}: {amount}</source>
            <translation>{day}: {amount}</translation>
        </message>
        <message>
            <source>{decided} of {all} decided; {waiting} wait for a person.</source>
            <translation>بُتّ في {decided} من {all}؛ وينتظر إنسانًا {waiting}.</translation>
        </message>
        <message>
            <source>{display} takes at most {max_stops} texts at which an answer ends.</source>
            <translation>يقبل {display} {max_stops} نصوص توقف على الأكثر.</translation>
        </message>
        <message>
            <source>{done} conversations read</source>
            <translation>قُرئت {done} محادثة</translation>
        </message>
        <message>
            <source>{done} of {all} MB</source>
            <translation>{done} من {all} م.ب</translation>
        </message>
        <message>
            <source>{done} of {items} judged</source>
            <translation>حُكم على {done} من {items}</translation>
        </message>
        <message>
            <source>{done} of {total} conversations</source>
            <translation>{done} من {total} محادثة</translation>
        </message>
        <message>
            <source>{done} of {total} decided</source>
            <translation>بُتّ في {done} من {total}</translation>
        </message>
        <message>
            <source>{done} of {total} rows</source>
            <translation>الصفوف: {done} من {total}</translation>
        </message>
        <message>
            <source>{ended} of {all} ended</source>
            <translation>انتهى {ended} من {all}</translation>
        </message>
        <message>
            <source>{ended} of {all} rows</source>
            <translation>الصفوف: {ended} من {all}</translation>
        </message>
        <message>
            <source>{file}, after conversation {number}</source>
            <translation>{file}، بعد المحادثة {number}</translation>
        </message>
        <message>
            <source>{file}, conversation {number}</source>
            <translation>{file}، المحادثة {number}</translation>
        </message>
        <message>
            <source>{file}, line {line}: {reason}</source>
            <translation>{file}، السطر {line}: {reason}</translation>
        </message>
        <message>
            <source>{file}: {reason}</source>
            <translation>{file}: {reason}</translation>
        </message>
        <message>
            <source>{first} · {second}</source>
            <translation>{first}‏ · {second}</translation>
        </message>
        <message>
            <source>{folder} is a folder that Kireji exports and deletes.</source>
            <translation>المجلد ⁦{folder}⁩ من المجلدات التي يصدّرها Kireji ويحذفها.</translation>
        </message>
        <message>
            <source>{form}: {words}</source>
            <translation>{form}: {words}</translation>
        </message>
        <message>
            <source>{found}: {action}</source>
            <translation>{found}: {action}</translation>
        </message>
        <message numerus="yes">
            <source>{going} of {n} files</source>
            <extracomment>{going} of 1 file</extracomment>
            <translation>
                <numerusform>{going} من {n} ملف</numerusform>
                <numerusform>{going} من ملف واحد</numerusform>
                <numerusform>{going} من ملفين</numerusform>
                <numerusform>{going} من {n} ملفات</numerusform>
                <numerusform>{going} من {n} ملفًا</numerusform>
                <numerusform>{going} من {n} ملف</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{going} of {n} pages</source>
            <extracomment>{going} of 1 page</extracomment>
            <translation>
                <numerusform>{going} من {n} صفحة</numerusform>
                <numerusform>{going} من صفحة واحدة</numerusform>
                <numerusform>{going} من صفحتين</numerusform>
                <numerusform>{going} من {n} صفحات</numerusform>
                <numerusform>{going} من {n} صفحة</numerusform>
                <numerusform>{going} من {n} صفحة</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{going} of {n} turns</source>
            <extracomment>{going} of 1 turn</extracomment>
            <translation>
                <numerusform>{going} من {n} جولة</numerusform>
                <numerusform>{going} من جولة واحدة</numerusform>
                <numerusform>{going} من جولتين</numerusform>
                <numerusform>{going} من {n} جولات</numerusform>
                <numerusform>{going} من {n} جولة</numerusform>
                <numerusform>{going} من {n} جولة</numerusform>
            </translation>
        </message>
        <message>
            <source>{graver} is the graver level and has the milder action: {action}, after {before} for {milder}.</source>
            <translation>الدرجة {graver} أشد لكن إجراءها أخف: {action}، بعد {before} للدرجة {milder}.</translation>
        </message>
        <message>
            <source>{host} answered with something that is not an answer (HTTP {status}).</source>
            <translation>ردّ {host} بشيء ليس إجابة (HTTP {status}).</translation>
        </message>
        <message>
            <source>{host} answered {status}.</source>
            <translation>أجاب {host} بالحالة {status}.</translation>
        </message>
        <message>
            <source>{host} answers with status {status} instead of the protocol.</source>
            <translation>يجيب {host} بالحالة {status} بدلًا من البروتوكول.</translation>
        </message>
        <message>
            <source>{host} answers.</source>
            <translation>{host} يجيب.</translation>
        </message>
        <message>
            <source>{host} cannot be used: {reason}.</source>
            <translation>تعذر استعمال {host}: {reason}.</translation>
        </message>
        <message>
            <source>{host} did not answer within {seconds} seconds.</source>
            <translation>لم يُجب {host} خلال {seconds} ثانية.</translation>
        </message>
        <message>
            <source>{host} does not answer as a web service.</source>
            <translation>لا يجيب {host} كخدمة ويب.</translation>
        </message>
        <message>
            <source>{host} does not answer as the protocol wants.</source>
            <translation>لا يجيب {host} كما يقتضي البروتوكول.</translation>
        </message>
        <message>
            <source>{host} does not list its models as a model server does.</source>
            <translation>لا يسرد {host} نماذجه كما يفعل خادم نماذج.</translation>
        </message>
        <message>
            <source>{host} does not take messages at this address.</source>
            <translation>لا يقبل {host} رسائل على هذا العنوان.</translation>
        </message>
        <message>
            <source>{host} gave an empty answer; the model may still be starting.</source>
            <translation>أعطى {host} إجابة فارغة؛ ربما ما زال النموذج يبدأ.</translation>
        </message>
        <message>
            <source>{host} has no list of versions at this address.</source>
            <translation>لا قائمة إصدارات لدى ⁦{host}⁩ على هذا العنوان.</translation>
        </message>
        <message>
            <source>{host} is in the list already.</source>
            <translation>{host} في القائمة بالفعل.</translation>
        </message>
        <message>
            <source>{host} is not an address that can be reached.</source>
            <translation>{host} ليس عنوانًا يمكن الوصول إليه.</translation>
        </message>
        <message>
            <source>{host} leads into the local network.</source>
            <translation>يقود {host} إلى الشبكة المحلية.</translation>
        </message>
        <message>
            <source>{host} refused the request (HTTP {status})</source>
            <translation>رفض {host} الطلب (HTTP {status})</translation>
        </message>
        <message>
            <source>{host} refuses (status {status}).</source>
            <translation>{host} يرفض (الحالة {status}).</translation>
        </message>
        <message>
            <source>{host} sent far more than was asked for.</source>
            <translation>أرسل {host} أكثر بكثير مما طُلب.</translation>
        </message>
        <message>
            <source>{host} sent something that is not a batch.</source>
            <translation>أرسل {host} شيئًا ليس دفعة.</translation>
        </message>
        <message>
            <source>{host} sent something that is not a count of tokens.</source>
            <translation>أرسل {host} شيئًا ليس عددًا للرموز.</translation>
        </message>
        <message>
            <source>{host} sent something that is not a list of models.</source>
            <translation>أرسل {host} شيئًا ليس قائمة نماذج.</translation>
        </message>
        <message>
            <source>{host} sent something that is not part of an answer.</source>
            <translation>أرسل {host} شيئًا ليس جزءًا من إجابة.</translation>
        </message>
        <message>
            <source>{host} sent something that is not {what}.</source>
            <translation>أرسل {host} شيئًا غير {what}.</translation>
        </message>
        <message>
            <source>{host} sent the answer in one piece instead of as a stream.</source>
            <translation>أرسل {host} الإجابة دفعة واحدة لا كتدفق.</translation>
        </message>
        <message>
            <source>{hours} h ago</source>
            <translation>قبل {hours} س</translation>
        </message>
        <message>
            <source>{hours}h</source>
            <translation>{hours} س</translation>
        </message>
        <message>
            <source>{id} · labelled {expected} · given {given}</source>
            <translation>‏{id} · الوسم: {expected} · الحكم: {given}</translation>
        </message>
        <message>
            <source>{images} → {columns}</source>
            <translation>{images} ← {columns}</translation>
        </message>
        <message>
            <source>{job} has ended: {answered} answered</source>
            <translation>{job} انتهت: أُجيب عن {answered}</translation>
        </message>
        <message>
            <source>{job} has not ended: kireji batch show {id}</source>
            <translation>{job} لم تنتهِ: kireji batch show {id}</translation>
        </message>
        <message>
            <source>{job} is cancelled already.</source>
            <translation>{job} ملغاة من قبل.</translation>
        </message>
        <message>
            <source>{job} is paused already.</source>
            <translation>{job} موقوفة مؤقتًا من قبل.</translation>
        </message>
        <message>
            <source>{job} is paused.</source>
            <translation>{job} موقوفة مؤقتًا.</translation>
        </message>
        <message>
            <source>{job} is paused: nothing new is sent.</source>
            <translation>{job} موقوفة مؤقتًا: لا يُرسل شيء جديد.</translation>
        </message>
        <message>
            <source>{job} is removed.</source>
            <translation>{job}: أُزيلت.</translation>
        </message>
        <message>
            <source>{job} is still being read.</source>
            <translation>{job} ما زالت قيد القراءة.</translation>
        </message>
        <message>
            <source>{job} runs while the app does, or with: kireji batch run {id}</source>
            <translation>{job} تعمل ما دام التطبيق يعمل، أو بالأمر: kireji batch run {id}</translation>
        </message>
        <message>
            <source>{job} waits, and nothing was sent: kireji batch run {id}</source>
            <translation>{job} تنتظر، ولم يُرسل شيء: kireji batch run {id}</translation>
        </message>
        <message>
            <source>{job} waits: kireji batch run {id}</source>
            <translation>{job} تنتظر: kireji batch run {id}</translation>
        </message>
        <message>
            <source>{job} was cancelled.</source>
            <translation>{job} أُلغيت.</translation>
        </message>
        <message>
            <source>{job} was cancelled: {answered} answered</source>
            <translation>{job} أُلغيت: أُجيب عن {answered}</translation>
        </message>
        <message>
            <source>{job} was not paused.</source>
            <translation>{job} لم تكن موقوفة مؤقتًا.</translation>
        </message>
        <message>
            <source>{job} was not started yet.</source>
            <translation>{job} لم تبدأ بعد.</translation>
        </message>
        <message>
            <source>{job}: {sentence}</source>
            <translation>{job}: {sentence}</translation>
        </message>
        <message>
            <source>{key} has more than {count} entries.</source>
            <translation>في {key} أكثر من {count} مدخل.</translation>
        </message>
        <message>
            <source>{key} holds control characters.</source>
            <translation>في {key} أحرف تحكم.</translation>
        </message>
        <message>
            <source>{key} is empty.</source>
            <translation>قيمة {key} فارغة.</translation>
        </message>
        <message>
            <source>{key} is longer than {count} letters.</source>
            <translation>قيمة {key} أطول من {count} حرف.</translation>
        </message>
        <message>
            <source>{key} is missing.</source>
            <translation>ينقص {key}.</translation>
        </message>
        <message>
            <source>{key} is missing; it is a whole number, such as {key} = 1.</source>
            <translation>ينقص {key}؛ وهو عدد صحيح، مثل ⁦{key} = 1⁩.</translation>
        </message>
        <message>
            <source>{key} is missing; it is allow, review or block.</source>
            <translation>ينقص {key}؛ وهو allow أو review أو block.</translation>
        </message>
        <message>
            <source>{key} is not an object: {{...}}</source>
            <translation>{key} ليس كائنًا: {{...}}</translation>
        </message>
        <message>
            <source>{key} means nothing here.</source>
            <translation>لا معنى لـ {key} هنا.</translation>
        </message>
        <message>
            <source>{key} means nothing here; did you mean {other}?</source>
            <translation>لا معنى لـ {key} هنا؛ هل تقصد {other}؟</translation>
        </message>
        <message>
            <source>{key} must be a list of texts, such as ["one", "two"].</source>
            <translation>يجب أن يكون {key} قائمة نصوص، مثل ⁦["one", "two"]⁩.</translation>
        </message>
        <message>
            <source>{key} must be a list of texts.</source>
            <translation>يجب أن يكون {key} قائمة نصوص.</translation>
        </message>
        <message>
            <source>{key} must be a number from 0 to 1.</source>
            <translation>يجب أن يكون {key} عددًا من 0 إلى 1.</translation>
        </message>
        <message>
            <source>{key} must be a text in quotes, not {value}.</source>
            <translation>يجب أن يكون {key} نصًا بين علامتي تنصيص، لا {value}.</translation>
        </message>
        <message>
            <source>{key} must be a text in quotes.</source>
            <translation>يجب أن يكون {key} نصًا بين علامتي تنصيص.</translation>
        </message>
        <message>
            <source>{key} must be a text.</source>
            <translation>يجب أن يكون {key} نصًا.</translation>
        </message>
        <message>
            <source>{key} must be a whole number from {least} on.</source>
            <translation>يجب أن يكون {key} عددًا صحيحًا من {least} فصاعدًا.</translation>
        </message>
        <message>
            <source>{key} must be allow, review or block, not {value}.</source>
            <translation>يجب أن يكون {key} هو allow أو review أو block، لا {value}.</translation>
        </message>
        <message>
            <source>{key} must be an object of texts: {{...}}.</source>
            <translation>يجب أن يكون {key} كائنًا من النصوص: {{...}}.</translation>
        </message>
        <message>
            <source>{kind} – Space to hide it</source>
            <translation>{kind} – المسافة لإخفائه</translation>
        </message>
        <message>
            <source>{kind} – Space to send it</source>
            <translation>{kind} – المسافة لإرساله</translation>
        </message>
        <message>
            <source>{kind} – click to hide it</source>
            <translation>{kind} – انقر لإخفائه</translation>
        </message>
        <message>
            <source>{kind} – click to send it</source>
            <translation>{kind} – انقر لإرساله</translation>
        </message>
        <message>
            <source>{kind}, hidden. Press to send it</source>
            <translation>{kind}، مخفي. اضغط لإرساله</translation>
        </message>
        <message>
            <source>{kind}, will be sent. Press to hide it</source>
            <translation>{kind}، سيُرسل. اضغط لإخفائه</translation>
        </message>
        <message>
            <source>{kind}: {reason}</source>
            <translation>{kind}: {reason}</translation>
        </message>
        <message>
            <source>{left} left of {limit}</source>
            <translation>بقي {left} من {limit}</translation>
        </message>
        <message>
            <source>{level} ({action}): {definition}</source>
            <translation>{level} ({action}): {definition}</translation>
        </message>
        <message>
            <source>{level} has the same definition as a level before it.</source>
            <translation>للدرجة {level} تعريف درجة قبلها نفسه.</translation>
        </message>
        <message>
            <source>{line} (now version {now})</source>
            <translation>‏{line} (الإصدار الآن {now})</translation>
        </message>
        <message>
            <source>{minutes} min ago</source>
            <translation>قبل {minutes} د</translation>
        </message>
        <message>
            <source>{minutes} min {seconds} s</source>
            <translation>{minutes} د {seconds} ث</translation>
        </message>
        <message>
            <source>{minutes}m</source>
            <translation>{minutes} د</translation>
        </message>
        <message>
            <source>{model} cannot be made to use a tool.</source>
            <translation>لا يمكن جعل {model} يستعمل أداة.</translation>
        </message>
        <message>
            <source>{model} is not in the list of {provider}'s models, and its rows may all fail. Name another with --model; kireji models shows the list.</source>
            <translation>ليس {model} في قائمة نماذج {provider}، وقد تخفق صفوفه كلها. سمّ غيره بـ ‎--model؛ ويعرض kireji models القائمة.</translation>
        </message>
        <message>
            <source>{model} on this computer answers. A key can be added later, in the settings.</source>
            <translation>يجيب {model} على هذا الحاسوب. يمكن إضافة مفتاح لاحقًا في الإعدادات.</translation>
        </message>
        <message>
            <source>{model} uses no tools. Choose another model for that.</source>
            <translation>لا يستعمل {model} أدوات. اختر نموذجًا آخر لذلك.</translation>
        </message>
        <message>
            <source>{model} · {provider}</source>
            <translation>{model} · {provider}</translation>
        </message>
        <message>
            <source>{most} regions are the most for one question. Remove one first.</source>
            <translation>أقصى عدد للمناطق في سؤال واحد هو {most}. أزل واحدة أولًا.</translation>
        </message>
        <message>
            <source>{named} expired on {not_after}.</source>
            <translation>انتهت صلاحية {named} في {not_after}.</translation>
        </message>
        <message>
            <source>{named} is made out to {names}, not to this address.</source>
            <translation>{named} صادرة لـ {names} لا لهذا العنوان.</translation>
        </message>
        <message>
            <source>{named} is not trusted: {reason_text}.</source>
            <translation>{named} غير موثوقة: {reason_text}.</translation>
        </message>
        <message>
            <source>{named} is not valid before {not_before}.</source>
            <translation>{named} غير سارية قبل {not_before}.</translation>
        </message>
        <message>
            <source>{named} is vouched for by nobody but itself.</source>
            <translation>{named} لا يضمنها سوى نفسها.</translation>
        </message>
        <message>
            <source>{named} was issued by "{issuer}", which is not trusted here.</source>
            <translation>{named} أصدرها «{issuer}» وهو غير موثوق هنا.</translation>
        </message>
        <message>
            <source>{names} and {last}</source>
            <translation>‏{names} و{last}</translation>
        </message>
        <message numerus="yes">
            <source>{names} are added; nothing was started.</source>
            <extracomment>{names} is added; nothing was started.</extracomment>
            <translation>
                <numerusform>أُضيفت {names}؛ ولم يُشغَّل شيء.</numerusform>
                <numerusform>أُضيف {names}؛ ولم يُشغَّل شيء.</numerusform>
                <numerusform>أُضيف {names}؛ ولم يُشغَّل شيء.</numerusform>
                <numerusform>أُضيفت {names}؛ ولم يُشغَّل شيء.</numerusform>
                <numerusform>أُضيفت {names}؛ ولم يُشغَّل شيء.</numerusform>
                <numerusform>أُضيفت {names}؛ ولم يُشغَّل شيء.</numerusform>
            </translation>
        </message>
        <message>
            <source>{names} goes into your keychain.</source>
            <translation>يُحفظ {names} في سلسلة المفاتيح.</translation>
        </message>
        <message>
            <source>{name} ({words})</source>
            <translation>{name} ({words})</translation>
        </message>
        <message>
            <source>{name} adds up to {computed}, but {stated} stands there</source>
            <translation>مجموع {name} هو {computed}، لكن المكتوب هناك {stated}</translation>
        </message>
        <message>
            <source>{name} at {place}</source>
            <translation>{name} على {place}</translation>
        </message>
        <message>
            <source>{name} cannot be read, so nothing in it could be left out</source>
            <translation>تعذرت قراءة ⁦{name}⁩، لذا لم يمكن أن يُستبعد منه شيء</translation>
        </message>
        <message>
            <source>{name} cannot be read: {reason}.</source>
            <translation>تعذرت قراءة {name}: {reason}.</translation>
        </message>
        <message>
            <source>{name} cannot be read: {why}.</source>
            <translation>تعذرت قراءة {name}: {why}.</translation>
        </message>
        <message>
            <source>{name} cannot be used, so it cannot be copied. Correct it first.</source>
            <translation>لا تصلح {name}، فلا يمكن نسخها. صحّحها أولًا.</translation>
        </message>
        <message>
            <source>{name} cannot read PDF documents.</source>
            <translation>لا يستطيع {name} قراءة مستندات PDF.</translation>
        </message>
        <message>
            <source>{name} cannot read PDF documents; it gets the words in them.</source>
            <translation>لا يستطيع {name} قراءة مستندات PDF؛ ويحصل على الكلمات التي فيها.</translation>
        </message>
        <message>
            <source>{name} cannot read a picture in this conversation.</source>
            <translation>لا يستطيع {name} قراءة صورة في هذه المحادثة.</translation>
        </message>
        <message>
            <source>{name} cannot see pictures.</source>
            <translation>لا يستطيع {name} رؤية الصور.</translation>
        </message>
        <message>
            <source>{name} cannot see pictures; it gets the text this computer reads in them.</source>
            <translation>لا يرى {name} الصور؛ يحصل على النص الذي يقرؤه هذا الحاسوب فيها.</translation>
        </message>
        <message>
            <source>{name} did not answer within {total} seconds.</source>
            <translation>لم يُجب {name} خلال {total} ثانية.</translation>
        </message>
        <message>
            <source>{name} did not get to it within a day.</source>
            <translation>لم يصل {name} إليه خلال يوم.</translation>
        </message>
        <message>
            <source>{name} does not allow this key to do that.</source>
            <translation>لا يسمح {name} لهذا المفتاح بذلك.</translation>
        </message>
        <message>
            <source>{name} does not call a batch back; it ends within a day.</source>
            <translation>لا يسحب {name} دفعة؛ وهي تنتهي خلال يوم.</translation>
        </message>
        <message>
            <source>{name} does not find the batch at the moment.</source>
            <translation>لا يجد {name} الدفعة حاليًّا.</translation>
        </message>
        <message>
            <source>{name} does not judge, so there is nothing to review.</source>
            <translation>لا تحكم المهمة {name} على شيء، فلا شيء للمراجعة.</translation>
        </message>
        <message>
            <source>{name} does not know the effort {asked}; it answers with {sent}.</source>
            <translation>لا يعرف {name} الجهد {asked}؛ يجيب بـ {sent}.</translation>
        </message>
        <message>
            <source>{name} does not know this batch; another account's key may have made it.</source>
            <translation>لا يعرف {name} هذه الدفعة؛ ربما أُنشئت بمفتاح حساب آخر.</translation>
        </message>
        <message>
            <source>{name} ended it in a way that is not known here.</source>
            <translation>أنهاه {name} بطريقة غير معروفة هنا.</translation>
        </message>
        <message>
            <source>{name} ends neither with .jsonl nor with .csv, which are what can be written</source>
            <translation type="vanished">لا ينتهي {name} بـ ‎.jsonl ولا بـ ‎.csv، وهما ما يمكن كتابته</translation>
        </message>
        <message>
            <source>{name} ends with neither .jsonl, .csv nor .labels.jsonl, which are what can be written</source>
            <translation>لا ينتهي ⁦{name}⁩ بـ ⁦.jsonl⁩ ولا ⁦.csv⁩ ولا ⁦.labels.jsonl⁩، وهي ما يمكن كتابته</translation>
        </message>
        <message>
            <source>{name} ends with none of .jsonl, .csv and .xlsx, which are what can be written</source>
            <translation>لا ينتهي ⁦{name}⁩ بأي من ⁦.jsonl⁩ و⁦.csv⁩ و⁦.xlsx⁩، وهي ما يمكن كتابته</translation>
        </message>
        <message>
            <source>{name} has a fault at the moment.</source>
            <translation>لدى {name} خلل الآن.</translation>
        </message>
        <message>
            <source>{name} has been silent for {silence} seconds, which is the limit.</source>
            <translation>صمت {name} {silence} ثانية، وهذا هو الحد.</translation>
        </message>
        <message>
            <source>{name} has deleted the results of this batch.</source>
            <translation>حذف {name} نتائج هذه الدفعة.</translation>
        </message>
        <message>
            <source>{name} has no ending that says how tables are to be saved.</source>
            <translation>ليس للاسم ⁦{name}⁩ لاحقة تحدّد كيف تُحفظ الجداول.</translation>
        </message>
        <message>
            <source>{name} has no model.</source>
            <translation>لا نموذج في {name}.</translation>
        </message>
        <message>
            <source>{name} has no prompts in it.</source>
            <translation>لا أسئلة سريعة في ⁦{name}⁩.</translation>
        </message>
        <message>
            <source>{name} has nobody free who runs {model} within the settings.</source>
            <translation>ليس لدى {name} أحد متفرغ يشغّل {model} ضمن الإعدادات.</translation>
        </message>
        <message>
            <source>{name} has nobody who runs {model} and keeps to the setting openrouter.data_collection.</source>
            <translation>ليس لدى {name} من يشغّل {model} ويلتزم بالإعداد openrouter.data_collection.</translation>
        </message>
        <message>
            <source>{name} has nobody who runs {model} for such a question: {ended}</source>
            <translation>ليس لدى {name} من يشغّل {model} لسؤال كهذا: {ended}</translation>
        </message>
        <message>
            <source>{name} holds more files than an archive of prompts can.</source>
            <translation>في ⁦{name}⁩ ملفات أكثر مما يتسع له أرشيف أسئلة سريعة.</translation>
        </message>
        <message>
            <source>{name} holds no conversations.</source>
            <translation>لا محادثات في {name}.</translation>
        </message>
        <message>
            <source>{name} holds too many files.</source>
            <translation>في {name} ملفات أكثر من اللازم.</translation>
        </message>
        <message>
            <source>{name} is a backup.</source>
            <translation>{name} نسخة احتياطية.</translation>
        </message>
        <message>
            <source>{name} is a folder, not a file.</source>
            <translation>{name} مجلد وليس ملفًا.</translation>
        </message>
        <message>
            <source>{name} is a folder.</source>
            <translation>{name} مجلد.</translation>
        </message>
        <message>
            <source>{name} is an archive that cannot be read: it is damaged, or encrypted.</source>
            <translation>الأرشيف ⁦{name}⁩ لا يمكن قراءته: تالف أو معمّى.</translation>
        </message>
        <message>
            <source>{name} is an export of {found}, not of {wanted}.</source>
            <translation>{name} تصدير من {found} لا من {wanted}.</translation>
        </message>
        <message>
            <source>{name} is damaged.</source>
            <translation>{name} تالف.</translation>
        </message>
        <message>
            <source>{name} is damaged: its end is missing.</source>
            <translation>{name} تالف: نهايته مفقودة.</translation>
        </message>
        <message>
            <source>{name} is encrypted.</source>
            <translation>{name} مشفّر.</translation>
        </message>
        <message>
            <source>{name} is larger than a file of prompts can be.</source>
            <translation>الملف ⁦{name}⁩ أكبر مما يجوز لملف أسئلة سريعة.</translation>
        </message>
        <message>
            <source>{name} is larger than {most} MB.</source>
            <translation>{name} أكبر من {most} م.ب.</translation>
        </message>
        <message>
            <source>{name} is left out: it is a link.</source>
            <translation>تُرك ⁦{name}⁩: إنه رابط.</translation>
        </message>
        <message>
            <source>{name} is left out: it is longer than a prompt can be.</source>
            <translation>تُرك ⁦{name}⁩: أطول مما يجوز لسؤال سريع.</translation>
        </message>
        <message>
            <source>{name} is left out: its place in the archive is no place for a file.</source>
            <translation>تُرك ⁦{name}⁩: موضعه في الأرشيف ليس موضع ملف.</translation>
        </message>
        <message>
            <source>{name} is left out: the file has two prompts of that name.</source>
            <translation>تُرك ⁦{name}⁩: في الملف سؤالان سريعان بهذا الاسم.</translation>
        </message>
        <message>
            <source>{name} is neither a file nor a folder</source>
            <translation>{name} ليس ملفًا ولا مجلدًا</translation>
        </message>
        <message>
            <source>{name} is neither lines of JSON (.jsonl), nor a table (.csv), nor a picture</source>
            <translation>{name} ليس أسطر JSON (‎.jsonl) ولا جدولًا (‎.csv) ولا صورة</translation>
        </message>
        <message>
            <source>{name} is no JSON schema.</source>
            <translation>{name} ليس مخطط JSON.</translation>
        </message>
        <message>
            <source>{name} is no JSON: {why}.</source>
            <translation>{name} ليس JSON: {why}.</translation>
        </message>
        <message>
            <source>{name} is none of the files of version {version}: it was damaged on its way, or is another one.</source>
            <translation>ليس ⁦{name}⁩ من ملفات الإصدار {version}: تلف في الطريق، أو هو ملف آخر.</translation>
        </message>
        <message>
            <source>{name} is not UTF-8 text.</source>
            <translation>ليس ⁦{name}⁩ نص UTF-8.</translation>
        </message>
        <message>
            <source>{name} is not a file.</source>
            <translation>{name} ليس ملفًا.</translation>
        </message>
        <message>
            <source>{name} is not a folder.</source>
            <translation>{name} ليس مجلدًا.</translation>
        </message>
        <message>
            <source>{name} is not a whole backup.</source>
            <translation>{name} ليس نسخة احتياطية كاملة.</translation>
        </message>
        <message>
            <source>{name} is not there any more.</source>
            <translation>لم يعد {name} موجودًا.</translation>
        </message>
        <message>
            <source>{name} is overloaded.</source>
            <translation>{name} مثقل بالطلبات.</translation>
        </message>
        <message>
            <source>{name} is removed.</source>
            <translation>أُزيل {name}.</translation>
        </message>
        <message>
            <source>{name} is still loading the model.</source>
            <translation>ما زال {name} يحمّل النموذج.</translation>
        </message>
        <message>
            <source>{name} must be a table of settings.</source>
            <translation>يجب أن يكون {name} جدول إعدادات.</translation>
        </message>
        <message>
            <source>{name} refused the key.</source>
            <translation>رفض {name} المفتاح.</translation>
        </message>
        <message>
            <source>{name} refused the question.</source>
            <translation>رفض {name} السؤال.</translation>
        </message>
        <message>
            <source>{name} refused the question: {ended}</source>
            <translation>رفض {name} السؤال: {ended}</translation>
        </message>
        <message>
            <source>{name} sent lines that are not results of a batch.</source>
            <translation>أرسل {name} أسطرًا ليست نتائج دفعة.</translation>
        </message>
        <message>
            <source>{name} stands there twice. Remove one of the two.</source>
            <translation>{name} وارد مرتين. أزل أحدهما.</translation>
        </message>
        <message>
            <source>{name} stands twice in it</source>
            <translation>{name} وارد فيه مرتين</translation>
        </message>
        <message>
            <source>{name} takes no effort; it answers as it does by itself.</source>
            <translation>لا يقبل {name} تحديد الجهد؛ يجيب كما هو.</translation>
        </message>
        <message>
            <source>{name} takes no more requests for now.</source>
            <translation>لا يقبل {name} مزيدًا من الطلبات الآن.</translation>
        </message>
        <message>
            <source>{name} took too long to answer.</source>
            <translation>استغرق {name} وقتًا أطول من اللازم للإجابة.</translation>
        </message>
        <message>
            <source>{name} wants a key.</source>
            <translation>يطلب {name} مفتاحًا.</translation>
        </message>
        <message>
            <source>{name} was made by a newer version of Kireji (format {theirs}; this one knows {ours}).</source>
            <translation>صنع {name} إصدارٌ أحدث من Kireji (الصيغة {theirs}؛ وهذا يعرف {ours}).</translation>
        </message>
        <message>
            <source>{name} was not read further: {why}.</source>
            <translation>لم يُقرأ {name} أكثر: {why}.</translation>
        </message>
        <message>
            <source>{name} was reached and accepts the key.</source>
            <translation>بُلغ {name} وهو يقبل المفتاح.</translation>
        </message>
        <message>
            <source>{name} was reached, but does not take the key.</source>
            <translation>بُلغ {name}، لكنه لا يقبل المفتاح.</translation>
        </message>
        <message>
            <source>{name} was reached, but has no model yet.</source>
            <translation>بُلغ {name}، لكن لا نموذج فيه بعد.</translation>
        </message>
        <message>
            <source>{name} was reached.</source>
            <translation>بُلغ {name}.</translation>
        </message>
        <message>
            <source>{name} · its beginning</source>
            <translation>{name} · بدايته</translation>
        </message>
        <message>
            <source>{name} · {some} of {all} files</source>
            <translation>{name} · {some} من {all} من الملفات</translation>
        </message>
        <message>
            <source>{name} · {some} of {all} messages</source>
            <translation>{name} · {some} من {all} من الرسائل</translation>
        </message>
        <message>
            <source>{name} · {some} of {all} parts</source>
            <translation>{name} · {some} من {all} من الأجزاء</translation>
        </message>
        <message>
            <source>{name}, from Kireji</source>
            <translation>‏{name}، من Kireji</translation>
        </message>
        <message>
            <source>{name}, {size}
SHA-256 {sum}</source>
            <translation>‏⁦{name}⁩، {size}
‏⁦SHA-256 {sum}⁩</translation>
        </message>
        <message>
            <source>{name}: ask earlier</source>
            <translation>{name}: السؤال أبكر</translation>
        </message>
        <message>
            <source>{name}: ask later</source>
            <translation>{name}: السؤال لاحقًا</translation>
        </message>
        <message>
            <source>{name}: do not ask</source>
            <translation>{name}: عدم السؤال</translation>
        </message>
        <message>
            <source>{name}: {stated} adds up</source>
            <translation>‏{name}: المجموع {stated} صحيح</translation>
        </message>
        <message>
            <source>{name}: {stated} is stated, {computed} comes out.</source>
            <translation>‏{name}: المذكور {stated}، والناتج {computed}.</translation>
        </message>
        <message>
            <source>{name}: {why}</source>
            <translation>{name}: {why}</translation>
        </message>
        <message>
            <source>{network} and ask again.</source>
            <translation>{network} واسأل مرة أخرى.</translation>
        </message>
        <message>
            <source>{number} %</source>
            <translation>{number}%</translation>
        </message>
        <message>
            <source>{number} / {count}</source>
            <translation>{number} / {count}</translation>
        </message>
        <message>
            <source>{number} for lack of room</source>
            <translation>{number} لضيق المساحة</translation>
        </message>
        <message>
            <source>{number} not as labelled</source>
            <translation>‏{number} بخلاف الوسم</translation>
        </message>
        <message>
            <source>{number} switched off</source>
            <translation>{number} معطّلة</translation>
        </message>
        <message>
            <source>{number} that cannot be read</source>
            <translation>{number} تتعذر قراءتها</translation>
        </message>
        <message>
            <source>{number} that git ignores</source>
            <translation>{number} يتجاهلها git</translation>
        </message>
        <message>
            <source>{number} tools</source>
            <translation>عدد الأدوات: {number}</translation>
        </message>
        <message>
            <source>{number} tools; {others} cannot be used</source>
            <translation>عدد الأدوات: {number}؛ وما لا يمكن استعماله: {others}</translation>
        </message>
        <message>
            <source>{number}M</source>
            <translation>{number} مليون</translation>
        </message>
        <message>
            <source>{number}k</source>
            <translation>{number} ألف</translation>
        </message>
        <message>
            <source>{n} % of the price</source>
            <translation>{n}% من السعر</translation>
        </message>
        <message numerus="yes">
            <source>{n} B</source>
            <extracomment>1 B</extracomment>
            <translation>
                <numerusform>{n} بايت</numerusform>
                <numerusform>بايت واحد</numerusform>
                <numerusform>بايتان</numerusform>
                <numerusform>{n} بايت</numerusform>
                <numerusform>{n} بايت</numerusform>
                <numerusform>{n} بايت</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} answered before</source>
            <extracomment>1 answered before</extracomment>
            <translation>
                <numerusform>أُجيب عن {n} من قبل</numerusform>
                <numerusform>أُجيب عن واحد من قبل</numerusform>
                <numerusform>أُجيب عن اثنين من قبل</numerusform>
                <numerusform>أُجيب عن {n} من قبل</numerusform>
                <numerusform>أُجيب عن {n} من قبل</numerusform>
                <numerusform>أُجيب عن {n} من قبل</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} answers are kept.</source>
            <extracomment>1 answer is kept.</extracomment>
            <translation>
                <numerusform>لا إجابات محفوظة.</numerusform>
                <numerusform>حُفظت إجابة واحدة.</numerusform>
                <numerusform>حُفظت إجابتان.</numerusform>
                <numerusform>حُفظت {n} إجابات.</numerusform>
                <numerusform>حُفظت {n} إجابة.</numerusform>
                <numerusform>حُفظت {n} إجابة.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} answers of this month have a price that nobody knows; they are not in these sums.</source>
            <extracomment>1 answer of this month has a price that nobody knows; it is not in these sums.</extracomment>
            <translation>
                <numerusform>لا توجد هذا الشهر إجابة سعرها غير معروف.</numerusform>
                <numerusform>في هذا الشهر إجابة واحدة سعرها غير معروف؛ وليست في هذه المجاميع.</numerusform>
                <numerusform>في هذا الشهر إجابتان سعرهما غير معروف؛ وليستا في هذه المجاميع.</numerusform>
                <numerusform>في هذا الشهر {n} إجابات سعرها غير معروف؛ وليست في هذه المجاميع.</numerusform>
                <numerusform>في هذا الشهر {n} إجابة سعرها غير معروف؛ وليست في هذه المجاميع.</numerusform>
                <numerusform>في هذا الشهر {n} إجابة سعرها غير معروف؛ وليست في هذه المجاميع.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} bad lines left out</source>
            <extracomment>1 bad line left out</extracomment>
            <translation>
                <numerusform>تُرك {n} سطر فاسد</numerusform>
                <numerusform>تُرك سطر فاسد واحد</numerusform>
                <numerusform>تُرك سطران فاسدان</numerusform>
                <numerusform>تُركت {n} أسطر فاسدة</numerusform>
                <numerusform>تُرك {n} سطرًا فاسدًا</numerusform>
                <numerusform>تُرك {n} سطر فاسد</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} blocks of words</source>
            <extracomment>1 block of words</extracomment>
            <translation>
                <numerusform>{n} كتلة كلمات</numerusform>
                <numerusform>كتلة كلمات واحدة</numerusform>
                <numerusform>كتلتا كلمات</numerusform>
                <numerusform>{n} كتل كلمات</numerusform>
                <numerusform>{n} كتلة كلمات</numerusform>
                <numerusform>{n} كتلة كلمات</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} blocks were left out by the model.</source>
            <extracomment>1 block was left out by the model.</extracomment>
            <translation>
                <numerusform>ترك النموذج {n} كتلة.</numerusform>
                <numerusform>ترك النموذج كتلة واحدة.</numerusform>
                <numerusform>ترك النموذج كتلتين.</numerusform>
                <numerusform>ترك النموذج {n} كتل.</numerusform>
                <numerusform>ترك النموذج {n} كتلة.</numerusform>
                <numerusform>ترك النموذج {n} كتلة.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} cannot be used</source>
            <extracomment>1 cannot be used</extracomment>
            <translation>
                <numerusform>{n} لا تصلح</numerusform>
                <numerusform>واحد لا يصلح</numerusform>
                <numerusform>اثنان لا يصلحان</numerusform>
                <numerusform>{n} لا تصلح</numerusform>
                <numerusform>{n} لا تصلح</numerusform>
                <numerusform>{n} لا تصلح</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} categories</source>
            <extracomment>1 category</extracomment>
            <translation>
                <numerusform>{n} فئة</numerusform>
                <numerusform>فئة واحدة</numerusform>
                <numerusform>فئتان</numerusform>
                <numerusform>{n} فئات</numerusform>
                <numerusform>{n} فئة</numerusform>
                <numerusform>{n} فئة</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} columns</source>
            <extracomment>1 column</extracomment>
            <translation>
                <numerusform>{n} عمود</numerusform>
                <numerusform>عمود واحد</numerusform>
                <numerusform>عمودان</numerusform>
                <numerusform>{n} أعمدة</numerusform>
                <numerusform>{n} عمودًا</numerusform>
                <numerusform>{n} عمود</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} conversations</source>
            <extracomment>1 conversation</extracomment>
            <translation>
                <numerusform>{n} محادثة</numerusform>
                <numerusform>محادثة واحدة</numerusform>
                <numerusform>محادثتان</numerusform>
                <numerusform>{n} محادثات</numerusform>
                <numerusform>{n} محادثة</numerusform>
                <numerusform>{n} محادثة</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} conversations are back in the list</source>
            <extracomment>1 conversation is back in the list</extracomment>
            <translation>
                <numerusform>عادت {n} محادثة إلى القائمة</numerusform>
                <numerusform>عادت محادثة واحدة إلى القائمة</numerusform>
                <numerusform>عادت محادثتان إلى القائمة</numerusform>
                <numerusform>عادت {n} محادثات إلى القائمة</numerusform>
                <numerusform>عادت {n} محادثة إلى القائمة</numerusform>
                <numerusform>عادت {n} محادثة إلى القائمة</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} conversations that you deleted did not come back.</source>
            <extracomment>1 conversation that you deleted did not come back.</extracomment>
            <translation>
                <numerusform>لم تُسترجع {n} محادثة حذفتها.</numerusform>
                <numerusform>لم تُسترجع محادثة واحدة حذفتها.</numerusform>
                <numerusform>لم تُسترجع محادثتان حذفتهما.</numerusform>
                <numerusform>لم تُسترجع {n} محادثات حذفتها.</numerusform>
                <numerusform>لم تُسترجع {n} محادثة حذفتها.</numerusform>
                <numerusform>لم تُسترجع {n} محادثة حذفتها.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} documents</source>
            <extracomment>1 document</extracomment>
            <translation>
                <numerusform>{n} مستند</numerusform>
                <numerusform>مستند واحد</numerusform>
                <numerusform>مستندان</numerusform>
                <numerusform>{n} مستندات</numerusform>
                <numerusform>{n} مستندًا</numerusform>
                <numerusform>{n} مستند</numerusform>
            </translation>
        </message>
        <message>
            <source>{n} done</source>
            <translation>تم {n}</translation>
        </message>
        <message numerus="yes">
            <source>{n} duplicates merged</source>
            <extracomment>1 duplicate merged</extracomment>
            <translation>
                <numerusform>دُمج {n} مكرر</numerusform>
                <numerusform>دُمج مكرر واحد</numerusform>
                <numerusform>دُمج مكرران</numerusform>
                <numerusform>دُمجت {n} مكررات</numerusform>
                <numerusform>دُمج {n} مكررًا</numerusform>
                <numerusform>دُمج {n} مكرر</numerusform>
            </translation>
        </message>
        <message>
            <source>{n} earlier messages are not shown here</source>
            <translation>رسائل أقدم غير معروضة هنا: {n}</translation>
        </message>
        <message numerus="yes">
            <source>{n} errors</source>
            <extracomment>1 error</extracomment>
            <translation>
                <numerusform>{n} خطأ</numerusform>
                <numerusform>خطأ واحد</numerusform>
                <numerusform>خطآن</numerusform>
                <numerusform>{n} أخطاء</numerusform>
                <numerusform>{n} خطأ</numerusform>
                <numerusform>{n} خطأ</numerusform>
            </translation>
        </message>
        <message>
            <source>{n} failed</source>
            <translation>أخفق {n}</translation>
        </message>
        <message numerus="yes">
            <source>{n} failed: retry only these</source>
            <extracomment>1 failed: retry only this</extracomment>
            <translation>
                <numerusform>أخفق {n}: أعد محاولتها وحدها</numerusform>
                <numerusform>أخفق واحد: أعد محاولته وحده</numerusform>
                <numerusform>أخفق اثنان: أعد محاولتهما وحدهما</numerusform>
                <numerusform>أخفق {n}: أعد محاولتها وحدها</numerusform>
                <numerusform>أخفق {n}: أعد محاولتها وحدها</numerusform>
                <numerusform>أخفق {n}: أعد محاولتها وحدها</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} fields</source>
            <extracomment>1 field</extracomment>
            <translation>
                <numerusform>{n} حقل</numerusform>
                <numerusform>حقل واحد</numerusform>
                <numerusform>حقلان</numerusform>
                <numerusform>{n} حقول</numerusform>
                <numerusform>{n} حقلًا</numerusform>
                <numerusform>{n} حقل</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} files</source>
            <extracomment>1 file</extracomment>
            <translation>
                <numerusform>{n} ملف</numerusform>
                <numerusform>ملف واحد</numerusform>
                <numerusform>ملفان</numerusform>
                <numerusform>{n} ملفات</numerusform>
                <numerusform>{n} ملفًا</numerusform>
                <numerusform>{n} ملف</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} files so far…</source>
            <extracomment>1 file so far…</extracomment>
            <translation>
                <numerusform>{n} ملف حتى الآن…</numerusform>
                <numerusform>ملف واحد حتى الآن…</numerusform>
                <numerusform>ملفان حتى الآن…</numerusform>
                <numerusform>{n} ملفات حتى الآن…</numerusform>
                <numerusform>{n} ملفًا حتى الآن…</numerusform>
                <numerusform>{n} ملف حتى الآن…</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} findings</source>
            <extracomment>1 finding</extracomment>
            <translation>
                <numerusform>{n} مأخذ</numerusform>
                <numerusform>مأخذ واحد</numerusform>
                <numerusform>مأخذان</numerusform>
                <numerusform>{n} مآخذ</numerusform>
                <numerusform>{n} مأخذًا</numerusform>
                <numerusform>{n} مأخذ</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} found</source>
            <extracomment>1 found</extracomment>
            <translation>
                <numerusform>عُثر على {n}</numerusform>
                <numerusform>عُثر على واحد</numerusform>
                <numerusform>عُثر على اثنين</numerusform>
                <numerusform>عُثر على {n}</numerusform>
                <numerusform>عُثر على {n}</numerusform>
                <numerusform>عُثر على {n}</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} hours</source>
            <extracomment>an hour</extracomment>
            <translation>
                <numerusform>{n} ساعة</numerusform>
                <numerusform>ساعة واحدة</numerusform>
                <numerusform>ساعتان</numerusform>
                <numerusform>{n} ساعات</numerusform>
                <numerusform>{n} ساعة</numerusform>
                <numerusform>{n} ساعة</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} images</source>
            <extracomment>1 image</extracomment>
            <translation>
                <numerusform>{n} صورة</numerusform>
                <numerusform>صورة واحدة</numerusform>
                <numerusform>صورتان</numerusform>
                <numerusform>{n} صور</numerusform>
                <numerusform>{n} صورة</numerusform>
                <numerusform>{n} صورة</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} jobs are with a service: they go on there and are paid, and their answers are lost.</source>
            <extracomment>1 job is with a service: it goes on there and is paid, and its answers are lost.</extracomment>
            <translation>
                <numerusform>{n} مهمة لدى خدمة: تستمر هناك ويُدفع ثمنها، وتضيع إجاباتها.</numerusform>
                <numerusform>مهمة واحدة لدى خدمة: تستمر هناك ويُدفع ثمنها، وتضيع إجاباتها.</numerusform>
                <numerusform>مهمتان لدى خدمة: تستمران هناك ويُدفع ثمنهما، وتضيع إجاباتهما.</numerusform>
                <numerusform>{n} مهام لدى خدمة: تستمر هناك ويُدفع ثمنها، وتضيع إجاباتها.</numerusform>
                <numerusform>{n} مهمة لدى خدمة: تستمر هناك ويُدفع ثمنها، وتضيع إجاباتها.</numerusform>
                <numerusform>{n} مهمة لدى خدمة: تستمر هناك ويُدفع ثمنها، وتضيع إجاباتها.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} lines cannot be used. The others can go on without them.</source>
            <extracomment>1 line cannot be used. The others can go on without it.</extracomment>
            <translation>
                <numerusform>لا يصلح {n} سطر. يمكن للبقية المتابعة بدونها.</numerusform>
                <numerusform>لا يصلح سطر واحد. يمكن للبقية المتابعة بدونه.</numerusform>
                <numerusform>لا يصلح سطران. يمكن للبقية المتابعة بدونهما.</numerusform>
                <numerusform>لا تصلح {n} أسطر. يمكن للبقية المتابعة بدونها.</numerusform>
                <numerusform>لا يصلح {n} سطرًا. يمكن للبقية المتابعة بدونها.</numerusform>
                <numerusform>لا يصلح {n} سطر. يمكن للبقية المتابعة بدونها.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} lines read</source>
            <extracomment>1 line read</extracomment>
            <translation>
                <numerusform>قُرئ {n} سطر</numerusform>
                <numerusform>قُرئ سطر واحد</numerusform>
                <numerusform>قُرئ سطران</numerusform>
                <numerusform>قُرئت {n} أسطر</numerusform>
                <numerusform>قُرئ {n} سطرًا</numerusform>
                <numerusform>قُرئ {n} سطر</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} lost pictures are there again; nothing else is new.</source>
            <extracomment>1 lost picture is there again; nothing else is new.</extracomment>
            <translation>
                <numerusform>لم تعد أي صورة مفقودة؛ ولا جديد غير ذلك.</numerusform>
                <numerusform>عادت صورة مفقودة واحدة؛ ولا جديد غير ذلك.</numerusform>
                <numerusform>عادت صورتان مفقودتان؛ ولا جديد غير ذلك.</numerusform>
                <numerusform>عادت {n} صور مفقودة؛ ولا جديد غير ذلك.</numerusform>
                <numerusform>عادت {n} صورة مفقودة؛ ولا جديد غير ذلك.</numerusform>
                <numerusform>عادت {n} صورة مفقودة؛ ولا جديد غير ذلك.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} lost pictures would be there again; nothing else is new.</source>
            <extracomment>1 lost picture would be there again; nothing else is new.</extracomment>
            <translation>
                <numerusform>لن تعود أي صورة مفقودة؛ ولا جديد غير ذلك.</numerusform>
                <numerusform>ستعود صورة مفقودة واحدة؛ ولا جديد غير ذلك.</numerusform>
                <numerusform>ستعود صورتان مفقودتان؛ ولا جديد غير ذلك.</numerusform>
                <numerusform>ستعود {n} صور مفقودة؛ ولا جديد غير ذلك.</numerusform>
                <numerusform>ستعود {n} صورة مفقودة؛ ولا جديد غير ذلك.</numerusform>
                <numerusform>ستعود {n} صورة مفقودة؛ ولا جديد غير ذلك.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} messages</source>
            <extracomment>1 message</extracomment>
            <translation>
                <numerusform>{n} رسالة</numerusform>
                <numerusform>رسالة واحدة</numerusform>
                <numerusform>رسالتان</numerusform>
                <numerusform>{n} رسائل</numerusform>
                <numerusform>{n} رسالة</numerusform>
                <numerusform>{n} رسالة</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} minutes</source>
            <extracomment>a minute</extracomment>
            <translation>
                <numerusform>{n} دقيقة</numerusform>
                <numerusform>دقيقة واحدة</numerusform>
                <numerusform>دقيقتان</numerusform>
                <numerusform>{n} دقائق</numerusform>
                <numerusform>{n} دقيقة</numerusform>
                <numerusform>{n} دقيقة</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} models</source>
            <extracomment>1 model</extracomment>
            <translation>
                <numerusform>{n} نموذج</numerusform>
                <numerusform>نموذج واحد</numerusform>
                <numerusform>نموذجان</numerusform>
                <numerusform>{n} نماذج</numerusform>
                <numerusform>{n} نموذجًا</numerusform>
                <numerusform>{n} نموذج</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} more are not marked.</source>
            <extracomment>1 more is not marked.</extracomment>
            <translation>
                <numerusform>هناك {n} منطقة أخرى غير معلَّمة.</numerusform>
                <numerusform>هناك منطقة أخرى غير معلَّمة.</numerusform>
                <numerusform>هناك منطقتان أخريان غير معلَّمتين.</numerusform>
                <numerusform>هناك {n} مناطق أخرى غير معلَّمة.</numerusform>
                <numerusform>هناك {n} منطقة أخرى غير معلَّمة.</numerusform>
                <numerusform>هناك {n} منطقة أخرى غير معلَّمة.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} more blocks are not shown.</source>
            <extracomment>1 more block is not shown.</extracomment>
            <translation>
                <numerusform>هناك {n} كتلة أخرى غير معروضة.</numerusform>
                <numerusform>هناك كتلة أخرى غير معروضة.</numerusform>
                <numerusform>هناك كتلتان أخريان غير معروضتين.</numerusform>
                <numerusform>هناك {n} كتل أخرى غير معروضة.</numerusform>
                <numerusform>هناك {n} كتلة أخرى غير معروضة.</numerusform>
                <numerusform>هناك {n} كتلة أخرى غير معروضة.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} more changes are not shown here.</source>
            <extracomment>1 more change is not shown here.</extracomment>
            <translation>
                <numerusform>هناك {n} تغيير آخر غير معروض هنا.</numerusform>
                <numerusform>هناك تغيير آخر غير معروض هنا.</numerusform>
                <numerusform>هناك تغييران آخران غير معروضين هنا.</numerusform>
                <numerusform>هناك {n} تغييرات أخرى غير معروضة هنا.</numerusform>
                <numerusform>هناك {n} تغييرًا آخر غير معروض هنا.</numerusform>
                <numerusform>هناك {n} تغيير آخر غير معروض هنا.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} more findings are not shown.</source>
            <extracomment>1 more finding is not shown.</extracomment>
            <translation>
                <numerusform>هناك {n} مأخذ آخر غير معروض.</numerusform>
                <numerusform>هناك مأخذ آخر غير معروض.</numerusform>
                <numerusform>هناك مأخذان آخران غير معروضين.</numerusform>
                <numerusform>هناك {n} مآخذ أخرى غير معروضة.</numerusform>
                <numerusform>هناك {n} مأخذًا آخر غير معروض.</numerusform>
                <numerusform>هناك {n} مأخذ آخر غير معروض.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} more pictures gave nothing.</source>
            <extracomment>1 more picture gave nothing.</extracomment>
            <translation>
                <numerusform>{n} صورة أخرى لم تعطِ شيئًا.</numerusform>
                <numerusform>صورة أخرى لم تعطِ شيئًا.</numerusform>
                <numerusform>صورتان أخريان لم تعطيا شيئًا.</numerusform>
                <numerusform>{n} صور أخرى لم تعطِ شيئًا.</numerusform>
                <numerusform>{n} صورة أخرى لم تعطِ شيئًا.</numerusform>
                <numerusform>{n} صورة أخرى لم تعطِ شيئًا.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} more places are wrong.</source>
            <extracomment>1 more place is wrong.</extracomment>
            <translation>
                <numerusform>لا مواضع خاطئة أخرى.</numerusform>
                <numerusform>موضع آخر واحد خاطئ.</numerusform>
                <numerusform>موضعان آخران خاطئان.</numerusform>
                <numerusform>{n} مواضع أخرى خاطئة.</numerusform>
                <numerusform>{n} موضعًا آخر خاطئًا.</numerusform>
                <numerusform>{n} موضع آخر خاطئ.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} more regions differ.</source>
            <extracomment>1 more region differs.</extracomment>
            <translation>
                <numerusform>تختلف {n} منطقة أخرى.</numerusform>
                <numerusform>تختلف منطقة أخرى.</numerusform>
                <numerusform>تختلف منطقتان أخريان.</numerusform>
                <numerusform>تختلف {n} مناطق أخرى.</numerusform>
                <numerusform>تختلف {n} منطقة أخرى.</numerusform>
                <numerusform>تختلف {n} منطقة أخرى.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} more sums do not hold.</source>
            <extracomment>1 more sum does not hold.</extracomment>
            <translation>
                <numerusform>هناك {n} مجموع آخر غير صحيح.</numerusform>
                <numerusform>هناك مجموع آخر غير صحيح.</numerusform>
                <numerusform>هناك مجموعان آخران غير صحيحين.</numerusform>
                <numerusform>هناك {n} مجاميع أخرى غير صحيحة.</numerusform>
                <numerusform>هناك {n} مجموعًا آخر غير صحيح.</numerusform>
                <numerusform>هناك {n} مجموع آخر غير صحيح.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} need you</source>
            <extracomment>1 needs you</extracomment>
            <translation>
                <numerusform>{n} بانتظارك</numerusform>
                <numerusform>واحدة بانتظارك</numerusform>
                <numerusform>اثنتان بانتظارك</numerusform>
                <numerusform>{n} بانتظارك</numerusform>
                <numerusform>{n} بانتظارك</numerusform>
                <numerusform>{n} بانتظارك</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} not found on the picture</source>
            <extracomment>1 not found on the picture</extracomment>
            <translation>
                <numerusform>{n} قيمة ليست في الصورة</numerusform>
                <numerusform>قيمة واحدة ليست في الصورة</numerusform>
                <numerusform>قيمتان ليستا في الصورة</numerusform>
                <numerusform>{n} قيم ليست في الصورة</numerusform>
                <numerusform>{n} قيمة ليست في الصورة</numerusform>
                <numerusform>{n} قيمة ليست في الصورة</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} of {rows} rows failed and can be tried again.</source>
            <extracomment>1 of {rows} rows failed and can be tried again.</extracomment>
            <translation>
                <numerusform>أخفق {n} صف من أصل {rows}، ويمكن إعادة المحاولة.</numerusform>
                <numerusform>أخفق صف واحد من أصل {rows}، ويمكن إعادة محاولته.</numerusform>
                <numerusform>أخفق صفان من أصل {rows}، ويمكن إعادة محاولتهما.</numerusform>
                <numerusform>أخفقت {n} صفوف من أصل {rows}، ويمكن إعادة محاولتها.</numerusform>
                <numerusform>أخفق {n} صفًا من أصل {rows}، ويمكن إعادة محاولتها.</numerusform>
                <numerusform>أخفق {n} صف من أصل {rows}، ويمكن إعادة المحاولة.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} pages</source>
            <extracomment>1 page</extracomment>
            <translation>
                <numerusform>{n} صفحة</numerusform>
                <numerusform>صفحة واحدة</numerusform>
                <numerusform>صفحتان</numerusform>
                <numerusform>{n} صفحات</numerusform>
                <numerusform>{n} صفحة</numerusform>
                <numerusform>{n} صفحة</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} pictures</source>
            <extracomment>1 picture</extracomment>
            <translation>
                <numerusform>{n} صورة</numerusform>
                <numerusform>صورة واحدة</numerusform>
                <numerusform>صورتان</numerusform>
                <numerusform>{n} صور</numerusform>
                <numerusform>{n} صورة</numerusform>
                <numerusform>{n} صورة</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} pictures are lost.</source>
            <extracomment>1 picture is lost.</extracomment>
            <translation>
                <numerusform>لم تُفقد أي صورة.</numerusform>
                <numerusform>فُقدت صورة واحدة.</numerusform>
                <numerusform>فُقدت صورتان.</numerusform>
                <numerusform>فُقدت {n} صور.</numerusform>
                <numerusform>فُقدت {n} صورة.</numerusform>
                <numerusform>فُقدت {n} صورة.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} pictures are missing or damaged.</source>
            <extracomment>1 picture is missing or damaged.</extracomment>
            <translation>
                <numerusform>{n} صورة مفقودة أو تالفة.</numerusform>
                <numerusform>صورة واحدة مفقودة أو تالفة.</numerusform>
                <numerusform>صورتان مفقودتان أو تالفتان.</numerusform>
                <numerusform>{n} صور مفقودة أو تالفة.</numerusform>
                <numerusform>{n} صورة مفقودة أو تالفة.</numerusform>
                <numerusform>{n} صورة مفقودة أو تالفة.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} pictures are no longer there.</source>
            <extracomment>A picture is no longer there.</extracomment>
            <translation>
                <numerusform>لم تعد {n} صورة موجودة.</numerusform>
                <numerusform>لم تعد إحدى الصور موجودة.</numerusform>
                <numerusform>لم تعد صورتان موجودتين.</numerusform>
                <numerusform>لم تعد {n} صور موجودة.</numerusform>
                <numerusform>لم تعد {n} صورة موجودة.</numerusform>
                <numerusform>لم تعد {n} صورة موجودة.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} pictures gave nothing</source>
            <extracomment>1 picture gave nothing</extracomment>
            <translation>
                <numerusform>{n} صورة لم تعطِ شيئًا</numerusform>
                <numerusform>صورة واحدة لم تعطِ شيئًا</numerusform>
                <numerusform>صورتان لم تعطيا شيئًا</numerusform>
                <numerusform>{n} صور لم تعطِ شيئًا</numerusform>
                <numerusform>{n} صورة لم تعطِ شيئًا</numerusform>
                <numerusform>{n} صورة لم تعطِ شيئًا</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} pictures of the history are lost.</source>
            <extracomment>1 picture of the history is lost.</extracomment>
            <translation>
                <numerusform>فُقدت {n} صورة من السجل.</numerusform>
                <numerusform>فُقدت صورة واحدة من السجل.</numerusform>
                <numerusform>فُقدت صورتان من السجل.</numerusform>
                <numerusform>فُقدت {n} صور من السجل.</numerusform>
                <numerusform>فُقدت {n} صورة من السجل.</numerusform>
                <numerusform>فُقدت {n} صورة من السجل.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} pictures read</source>
            <extracomment>1 picture read</extracomment>
            <translation>
                <numerusform>قُرئت {n} صورة</numerusform>
                <numerusform>قُرئت صورة واحدة</numerusform>
                <numerusform>قُرئت صورتان</numerusform>
                <numerusform>قُرئت {n} صور</numerusform>
                <numerusform>قُرئت {n} صورة</numerusform>
                <numerusform>قُرئت {n} صورة</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} places found.</source>
            <extracomment>1 place found.</extracomment>
            <translation>
                <numerusform>لم يُعثر على أي موضع.</numerusform>
                <numerusform>عُثر على موضع واحد.</numerusform>
                <numerusform>عُثر على موضعين.</numerusform>
                <numerusform>عُثر على {n} مواضع.</numerusform>
                <numerusform>عُثر على {n} موضعًا.</numerusform>
                <numerusform>عُثر على {n} موضع.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} prompts are imported.</source>
            <extracomment>1 prompt is imported.</extracomment>
            <translation>
                <numerusform>استُورد {n} سؤال سريع.</numerusform>
                <numerusform>استُورد سؤال سريع واحد.</numerusform>
                <numerusform>استُورد سؤالان سريعان.</numerusform>
                <numerusform>استُوردت {n} أسئلة سريعة.</numerusform>
                <numerusform>استُورد {n} سؤالًا سريعًا.</numerusform>
                <numerusform>استُورد {n} سؤال سريع.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} questions</source>
            <extracomment>1 question</extracomment>
            <translation>
                <numerusform>{n} سؤال</numerusform>
                <numerusform>سؤال واحد</numerusform>
                <numerusform>سؤالان</numerusform>
                <numerusform>{n} أسئلة</numerusform>
                <numerusform>{n} سؤالًا</numerusform>
                <numerusform>{n} سؤال</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} refused</source>
            <extracomment>1 refused</extracomment>
            <translation>
                <numerusform>{n} امتناع</numerusform>
                <numerusform>امتناع واحد</numerusform>
                <numerusform>امتناعان</numerusform>
                <numerusform>{n} امتناعات</numerusform>
                <numerusform>{n} امتناعًا</numerusform>
                <numerusform>{n} امتناع</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} regions differ</source>
            <extracomment>1 region differs</extracomment>
            <translation>
                <numerusform>تختلف {n} منطقة</numerusform>
                <numerusform>تختلف منطقة واحدة</numerusform>
                <numerusform>تختلف منطقتان</numerusform>
                <numerusform>تختلف {n} مناطق</numerusform>
                <numerusform>تختلف {n} منطقة</numerusform>
                <numerusform>تختلف {n} منطقة</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} regions differ.</source>
            <extracomment>1 region differs.</extracomment>
            <translation>
                <numerusform>تختلف {n} منطقة.</numerusform>
                <numerusform>تختلف منطقة واحدة.</numerusform>
                <numerusform>تختلف منطقتان.</numerusform>
                <numerusform>تختلف {n} مناطق.</numerusform>
                <numerusform>تختلف {n} منطقة.</numerusform>
                <numerusform>تختلف {n} منطقة.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} regions differ. Asking what they mean…</source>
            <extracomment>1 region differs. Asking what it means…</extracomment>
            <translation>
                <numerusform>تختلف {n} منطقة. يُسأل عن معناها…</numerusform>
                <numerusform>تختلف منطقة واحدة. يُسأل عن معناها…</numerusform>
                <numerusform>تختلف منطقتان. يُسأل عن معناهما…</numerusform>
                <numerusform>تختلف {n} مناطق. يُسأل عن معناها…</numerusform>
                <numerusform>تختلف {n} منطقة. يُسأل عن معناها…</numerusform>
                <numerusform>تختلف {n} منطقة. يُسأل عن معناها…</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} remarks</source>
            <extracomment>1 remark</extracomment>
            <translation>
                <numerusform>{n} ملحوظة</numerusform>
                <numerusform>ملحوظة واحدة</numerusform>
                <numerusform>ملحوظتان</numerusform>
                <numerusform>{n} ملحوظات</numerusform>
                <numerusform>{n} ملحوظة</numerusform>
                <numerusform>{n} ملحوظة</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} requests</source>
            <extracomment>1 request</extracomment>
            <translation>
                <numerusform>{n} طلب</numerusform>
                <numerusform>طلب واحد</numerusform>
                <numerusform>طلبان</numerusform>
                <numerusform>{n} طلبات</numerusform>
                <numerusform>{n} طلبًا</numerusform>
                <numerusform>{n} طلب</numerusform>
            </translation>
        </message>
        <message>
            <source>{n} reused</source>
            <translation>من السابق {n}</translation>
        </message>
        <message numerus="yes">
            <source>{n} rows</source>
            <extracomment>1 row</extracomment>
            <translation>
                <numerusform>{n} صف</numerusform>
                <numerusform>صف واحد</numerusform>
                <numerusform>صفان</numerusform>
                <numerusform>{n} صفوف</numerusform>
                <numerusform>{n} صفًا</numerusform>
                <numerusform>{n} صف</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} rows are answered</source>
            <extracomment>1 row is answered</extracomment>
            <translation>
                <numerusform>أُجيب عن {n} صف</numerusform>
                <numerusform>أُجيب عن صف واحد</numerusform>
                <numerusform>أُجيب عن صفين</numerusform>
                <numerusform>أُجيب عن {n} صفوف</numerusform>
                <numerusform>أُجيب عن {n} صفًا</numerusform>
                <numerusform>أُجيب عن {n} صف</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} rows are asked again.</source>
            <extracomment>1 row is asked again.</extracomment>
            <translation>
                <numerusform>يُسأل عن {n} صف مجددًا.</numerusform>
                <numerusform>يُسأل عن صف واحد مجددًا.</numerusform>
                <numerusform>يُسأل عن صفين مجددًا.</numerusform>
                <numerusform>يُسأل عن {n} صفوف مجددًا.</numerusform>
                <numerusform>يُسأل عن {n} صفًا مجددًا.</numerusform>
                <numerusform>يُسأل عن {n} صف مجددًا.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} rows are with the service. What it has answered already is paid for, and those answers are kept.</source>
            <extracomment>1 row is with the service. If it has answered that already, the answer is paid for, and it is kept.</extracomment>
            <translation>
                <numerusform>لا صفوف لدى الخدمة. ما أجابت عنه مدفوع الثمن، وتُحفظ إجاباته.</numerusform>
                <numerusform>لدى الخدمة صف واحد. إن كانت قد أجابت عنه فالإجابة مدفوعة الثمن، وتُحفظ.</numerusform>
                <numerusform>لدى الخدمة صفان. ما أجابت عنه مدفوع الثمن، وتُحفظ إجاباته.</numerusform>
                <numerusform>لدى الخدمة {n} صفوف. ما أجابت عنه مدفوع الثمن، وتُحفظ إجاباته.</numerusform>
                <numerusform>لدى الخدمة {n} صفًا. ما أجابت عنه مدفوع الثمن، وتُحفظ إجاباته.</numerusform>
                <numerusform>لدى الخدمة {n} صف. ما أجابت عنه مدفوع الثمن، وتُحفظ إجاباته.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} rows gave nothing and are left out.</source>
            <extracomment>1 row gave nothing and is left out.</extracomment>
            <translation>
                <numerusform>لم يعطِ {n} صف شيئًا وقد تُركت.</numerusform>
                <numerusform>لم يعطِ صف واحد شيئًا وقد تُرك.</numerusform>
                <numerusform>لم يعطِ صفان شيئًا وقد تُركا.</numerusform>
                <numerusform>لم تعطِ {n} صفوف شيئًا وقد تُركت.</numerusform>
                <numerusform>لم يعطِ {n} صفًا شيئًا وقد تُركت.</numerusform>
                <numerusform>لم يعطِ {n} صف شيئًا وقد تُركت.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} rows to ask</source>
            <extracomment>1 row to ask</extracomment>
            <translation>
                <numerusform>سيُسأل عن {n} صف</numerusform>
                <numerusform>سيُسأل عن صف واحد</numerusform>
                <numerusform>سيُسأل عن صفين</numerusform>
                <numerusform>سيُسأل عن {n} صفوف</numerusform>
                <numerusform>سيُسأل عن {n} صفًا</numerusform>
                <numerusform>سيُسأل عن {n} صف</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} rows were sent, and nobody can tell whether the service has them. Sent again, they may be paid twice.</source>
            <extracomment>1 row was sent, and nobody can tell whether the service has it. Sent again, it may be paid for twice.</extracomment>
            <translation>
                <numerusform>أُرسل {n} صف، ولا يُعرف هل تسلّمتها الخدمة. إن أُرسلت مجددًا فقد يُدفع ثمنها مرتين.</numerusform>
                <numerusform>أُرسل صف واحد، ولا يُعرف هل تسلّمته الخدمة. إن أُرسل مجددًا فقد يُدفع ثمنه مرتين.</numerusform>
                <numerusform>أُرسل صفان، ولا يُعرف هل تسلّمتهما الخدمة. إن أُرسلا مجددًا فقد يُدفع ثمنهما مرتين.</numerusform>
                <numerusform>أُرسلت {n} صفوف، ولا يُعرف هل تسلّمتها الخدمة. إن أُرسلت مجددًا فقد يُدفع ثمنها مرتين.</numerusform>
                <numerusform>أُرسل {n} صفًا، ولا يُعرف هل تسلّمتها الخدمة. إن أُرسلت مجددًا فقد يُدفع ثمنها مرتين.</numerusform>
                <numerusform>أُرسل {n} صف، ولا يُعرف هل تسلّمتها الخدمة. إن أُرسلت مجددًا فقد يُدفع ثمنها مرتين.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} rows with the service since {time}</source>
            <extracomment>1 row with the service since {time}</extracomment>
            <translation>
                <numerusform>{n} صف لدى الخدمة منذ {time}</numerusform>
                <numerusform>صف واحد لدى الخدمة منذ {time}</numerusform>
                <numerusform>صفان لدى الخدمة منذ {time}</numerusform>
                <numerusform>{n} صفوف لدى الخدمة منذ {time}</numerusform>
                <numerusform>{n} صفًا لدى الخدمة منذ {time}</numerusform>
                <numerusform>{n} صف لدى الخدمة منذ {time}</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} running</source>
            <extracomment>1 running</extracomment>
            <translation>
                <numerusform>{n} جارية</numerusform>
                <numerusform>واحدة جارية</numerusform>
                <numerusform>اثنتان جاريتان</numerusform>
                <numerusform>{n} جارية</numerusform>
                <numerusform>{n} جارية</numerusform>
                <numerusform>{n} جارية</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} s</source>
            <extracomment>1 s</extracomment>
            <translation>
                <numerusform>{n} ث</numerusform>
                <numerusform>{n} ث</numerusform>
                <numerusform>{n} ث</numerusform>
                <numerusform>{n} ث</numerusform>
                <numerusform>{n} ث</numerusform>
                <numerusform>{n} ث</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} seconds</source>
            <extracomment>1 second</extracomment>
            <translation>
                <numerusform>{n} ثانية</numerusform>
                <numerusform>ثانية واحدة</numerusform>
                <numerusform>ثانيتان</numerusform>
                <numerusform>{n} ثوانٍ</numerusform>
                <numerusform>{n} ثانية</numerusform>
                <numerusform>{n} ثانية</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} sums add up</source>
            <extracomment>1 sum adds up</extracomment>
            <translation>
                <numerusform>{n} مجموع صحيح</numerusform>
                <numerusform>مجموع واحد صحيح</numerusform>
                <numerusform>مجموعان صحيحان</numerusform>
                <numerusform>{n} مجاميع صحيحة</numerusform>
                <numerusform>{n} مجموعًا صحيحًا</numerusform>
                <numerusform>{n} مجموع صحيح</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} sums are right</source>
            <extracomment>1 sum is right</extracomment>
            <translation>
                <numerusform>{n} مجموع صحيح</numerusform>
                <numerusform>مجموع واحد صحيح</numerusform>
                <numerusform>مجموعان صحيحان</numerusform>
                <numerusform>{n} مجاميع صحيحة</numerusform>
                <numerusform>{n} مجموعًا صحيحًا</numerusform>
                <numerusform>{n} مجموع صحيح</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} texts to translate</source>
            <extracomment>1 text to translate</extracomment>
            <translation>
                <numerusform>{n} نص للترجمة</numerusform>
                <numerusform>نص واحد للترجمة</numerusform>
                <numerusform>نصان للترجمة</numerusform>
                <numerusform>{n} نصوص للترجمة</numerusform>
                <numerusform>{n} نصًا للترجمة</numerusform>
                <numerusform>{n} نص للترجمة</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} texts translated</source>
            <extracomment>1 text translated</extracomment>
            <translation>
                <numerusform>تُرجم {n} نص</numerusform>
                <numerusform>تُرجم نص واحد</numerusform>
                <numerusform>تُرجم نصان</numerusform>
                <numerusform>تُرجمت {n} نصوص</numerusform>
                <numerusform>تُرجم {n} نصًا</numerusform>
                <numerusform>تُرجم {n} نص</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} things are hidden</source>
            <extracomment>1 thing is hidden</extracomment>
            <translation>
                <numerusform>{n} موضع مخفي</numerusform>
                <numerusform>موضع واحد مخفي</numerusform>
                <numerusform>موضعان مخفيان</numerusform>
                <numerusform>{n} مواضع مخفية</numerusform>
                <numerusform>{n} موضعًا مخفيًا</numerusform>
                <numerusform>{n} موضع مخفي</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} tokens</source>
            <extracomment>1 token</extracomment>
            <translation>
                <numerusform>{n} رمز</numerusform>
                <numerusform>رمز واحد</numerusform>
                <numerusform>رمزان</numerusform>
                <numerusform>{n} رموز</numerusform>
                <numerusform>{n} رمزًا</numerusform>
                <numerusform>{n} رمز</numerusform>
            </translation>
        </message>
        <message>
            <source>{n} tokens read</source>
            <translation>قُرئ {n} من الرموز</translation>
        </message>
        <message>
            <source>{n} tokens written</source>
            <translation>كُتب {n} من الرموز</translation>
        </message>
        <message numerus="yes">
            <source>{n} tools</source>
            <extracomment>1 tool</extracomment>
            <translation>
                <numerusform>{n} أداة</numerusform>
                <numerusform>أداة واحدة</numerusform>
                <numerusform>أداتان</numerusform>
                <numerusform>{n} أدوات</numerusform>
                <numerusform>{n} أداة</numerusform>
                <numerusform>{n} أداة</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} turns</source>
            <extracomment>1 turn</extracomment>
            <translation>
                <numerusform>{n} جولة</numerusform>
                <numerusform>جولة واحدة</numerusform>
                <numerusform>جولتان</numerusform>
                <numerusform>{n} جولات</numerusform>
                <numerusform>{n} جولة</numerusform>
                <numerusform>{n} جولة</numerusform>
            </translation>
        </message>
        <message>
            <source>{n} uncertain</source>
            <translation>غير مؤكد {n}</translation>
        </message>
        <message numerus="yes">
            <source>{n} values are not of their type</source>
            <extracomment>1 value is not of its type</extracomment>
            <translation>
                <numerusform>{n} قيمة ليست من نوعها</numerusform>
                <numerusform>قيمة واحدة ليست من نوعها</numerusform>
                <numerusform>قيمتان ليستا من نوعهما</numerusform>
                <numerusform>{n} قيم ليست من نوعها</numerusform>
                <numerusform>{n} قيمة ليست من نوعها</numerusform>
                <numerusform>{n} قيمة ليست من نوعها</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} values were hidden before they were sent:</source>
            <extracomment>1 value was hidden before it was sent:</extracomment>
            <translation>
                <numerusform>أُخفيت {n} قيمة قبل الإرسال:</numerusform>
                <numerusform>أُخفيت قيمة واحدة قبل الإرسال:</numerusform>
                <numerusform>أُخفيت قيمتان قبل الإرسال:</numerusform>
                <numerusform>أُخفيت {n} قيم قبل الإرسال:</numerusform>
                <numerusform>أُخفيت {n} قيمة قبل الإرسال:</numerusform>
                <numerusform>أُخفيت {n} قيمة قبل الإرسال:</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} values were not found so on the picture</source>
            <extracomment>1 value was not found so on the picture</extracomment>
            <translation>
                <numerusform>{n} قيمة ليست هكذا في الصورة</numerusform>
                <numerusform>قيمة واحدة ليست هكذا في الصورة</numerusform>
                <numerusform>قيمتان ليستا هكذا في الصورة</numerusform>
                <numerusform>{n} قيم ليست هكذا في الصورة</numerusform>
                <numerusform>{n} قيمة ليست هكذا في الصورة</numerusform>
                <numerusform>{n} قيمة ليست هكذا في الصورة</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} verdicts were read…</source>
            <extracomment>1 verdict was read…</extracomment>
            <translation>
                <numerusform>قُرئ {n} حكم…</numerusform>
                <numerusform>قُرئ حكم واحد…</numerusform>
                <numerusform>قُرئ حكمان…</numerusform>
                <numerusform>قُرئت {n} أحكام…</numerusform>
                <numerusform>قُرئ {n} حكمًا…</numerusform>
                <numerusform>قُرئ {n} حكم…</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} were left out by the model</source>
            <extracomment>1 was left out by the model</extracomment>
            <translation>
                <numerusform>ترك النموذج {n}</numerusform>
                <numerusform>ترك النموذج واحدًا</numerusform>
                <numerusform>ترك النموذج اثنين</numerusform>
                <numerusform>ترك النموذج {n}</numerusform>
                <numerusform>ترك النموذج {n}</numerusform>
                <numerusform>ترك النموذج {n}</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} were left out.</source>
            <extracomment>1 was left out.</extracomment>
            <translation>
                <numerusform>تُرك {n}.</numerusform>
                <numerusform>تُرك واحد.</numerusform>
                <numerusform>تُرك اثنان.</numerusform>
                <numerusform>تُركت {n}.</numerusform>
                <numerusform>تُرك {n}.</numerusform>
                <numerusform>تُرك {n}.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} without a verdict</source>
            <extracomment>1 without a verdict</extracomment>
            <translation>
                <numerusform>{n} بلا حكم</numerusform>
                <numerusform>واحد بلا حكم</numerusform>
                <numerusform>اثنان بلا حكم</numerusform>
                <numerusform>{n} بلا حكم</numerusform>
                <numerusform>{n} بلا حكم</numerusform>
                <numerusform>{n} بلا حكم</numerusform>
            </translation>
        </message>
        <message>
            <source>{n} {word}</source>
            <translation>{n} {word}</translation>
        </message>
        <message>
            <source>{one} and {other}</source>
            <translation>{one} و{other}</translation>
        </message>
        <message>
            <source>{option} is not a setting{meant}</source>
            <translation>{option} ليس إعدادًا{meant}</translation>
        </message>
        <message>
            <source>{option} takes numbers of rows, as in 3,7-9, or all; {piece} is none</source>
            <translation>يقبل ⁦{option}⁩ أرقام صفوف، كما في ⁦3,7-9⁩، أو ⁦all⁩؛ وليس {piece} منها</translation>
        </message>
        <message>
            <source>{option} {problem}; {value} is used instead.</source>
            <translation>{option} {problem}؛ يُستعمل {value} بدلًا منه.</translation>
        </message>
        <message>
            <source>{option}: {piece} ends before it begins</source>
            <translation>‏⁦{option}⁩: ينتهي ⁦{piece}⁩ قبل أن يبدأ</translation>
        </message>
        <message>
            <source>{part} of {tokens}</source>
            <translation>{part} من {tokens}</translation>
        </message>
        <message>
            <source>{path} cannot be created because a file stands where a folder should be.</source>
            <translation>تعذر إنشاء {path} لأن ملفًا يقع حيث ينبغي أن يكون مجلد.</translation>
        </message>
        <message>
            <source>{path} cannot be read: line {line}, {reason}.</source>
            <translation>تعذرت قراءة {path}: السطر {line}، {reason}.</translation>
        </message>
        <message>
            <source>{path} cannot be read: {reason}.</source>
            <translation>تعذرت قراءة {path}: {reason}.</translation>
        </message>
        <message>
            <source>{path} cannot be understood: {what}.</source>
            <translation>تعذر فهم ‎{path}: {what}.</translation>
        </message>
        <message>
            <source>{path} cannot be written.</source>
            <translation>تعذرت الكتابة إلى {path}.</translation>
        </message>
        <message>
            <source>{path} cannot be written: {reason}.</source>
            <translation>تعذرت كتابة ‎{path}: {reason}.</translation>
        </message>
        <message>
            <source>{path} could not be deleted.</source>
            <translation>تعذر حذف ⁦{path}⁩.</translation>
        </message>
        <message>
            <source>{path} could not be used: {error}.</source>
            <translation>تعذر استعمال {path}: {error}.</translation>
        </message>
        <message>
            <source>{path} does not lie in the folder of the set.</source>
            <translation>ليس ⁦{path}⁩ في مجلد المجموعة.</translation>
        </message>
        <message>
            <source>{path} exists already.</source>
            <translation>{path} موجود بالفعل.</translation>
        </message>
        <message>
            <source>{path} has a value called {name} where the section [{name}] belongs.</source>
            <translation>في {path} قيمة باسم {name} حيث ينبغي أن يكون القسم [{name}].</translation>
        </message>
        <message>
            <source>{path} has more than {number} files of code.</source>
            <translation>في {path} أكثر من {number} ملف شيفرة.</translation>
        </message>
        <message>
            <source>{path} has no columns.</source>
            <translation>لا أعمدة في ‎{path}.</translation>
        </message>
        <message>
            <source>{path} has no server called {name}.</source>
            <translation>لا يوجد في {path} خادم باسم {name}.</translation>
        </message>
        <message>
            <source>{path} is a database of another program.</source>
            <translation>{path} قاعدة بيانات لبرنامج آخر.</translation>
        </message>
        <message>
            <source>{path} is a folder.</source>
            <translation>‎{path} مجلد.</translation>
        </message>
        <message>
            <source>{path} is larger than {most} MB.</source>
            <translation>حجم {path} أكبر من {most} MB.</translation>
        </message>
        <message>
            <source>{path} is longer than a policy may be.</source>
            <translation>الملف ⁦{path}⁩ أطول مما يجوز لسياسة.</translation>
        </message>
        <message>
            <source>{path} is longer than {count} KB.</source>
            <translation>الملف ⁦{path}⁩ أطول من {count} ك.بايت.</translation>
        </message>
        <message>
            <source>{path} is neither a file nor a folder.</source>
            <translation>{path} ليس ملفًا ولا مجلدًا.</translation>
        </message>
        <message>
            <source>{path} is not UTF-8 text.</source>
            <translation>{path} ليس نصًا بترميز UTF-8.</translation>
        </message>
        <message>
            <source>{path} is not UTF-8.</source>
            <translation>‎{path} ليس UTF-8.</translation>
        </message>
        <message>
            <source>{path} is not a file that can be replaced.</source>
            <translation>‎{path} ليس ملفًا يمكن استبداله.</translation>
        </message>
        <message>
            <source>{path} is not a file.</source>
            <translation>ليس ⁦{path}⁩ ملفًا.</translation>
        </message>
        <message>
            <source>{path} is not a program: it is a folder.</source>
            <translation>{path} ليس برنامجًا بل مجلد.</translation>
        </message>
        <message>
            <source>{path} is not a program: the file is not executable.</source>
            <translation>{path} ليس برنامجًا: الملف غير قابل للتنفيذ.</translation>
        </message>
        <message>
            <source>{path} is not a regular file.</source>
            <translation>‎{path} ليس ملفًا عاديًّا.</translation>
        </message>
        <message>
            <source>{path} is not there.</source>
            <translation>{path} غير موجود.</translation>
        </message>
        <message>
            <source>{path} is one JSON list, not lines of JSON.</source>
            <translation>‎{path} قائمة JSON واحدة، وليس أسطر JSON.</translation>
        </message>
        <message>
            <source>{path} is written in UTF-16.</source>
            <translation>‎{path} مكتوب بترميز UTF-16.</translation>
        </message>
        <message>
            <source>{path} is written in a way that cannot be changed without losing something.</source>
            <translation>كُتب {path} بطريقة لا يمكن تغييرها دون فقدان شيء.</translation>
        </message>
        <message>
            <source>{path} names no server.</source>
            <translation>لا يذكر {path} أي خادم.</translation>
        </message>
        <message>
            <source>{path} needs a prompt that says what to do with each row.</source>
            <translation>يحتاج ‎{path} إلى سؤال يحدّد ما يُفعل بكل صف.</translation>
        </message>
        <message>
            <source>{path} was a link; what it led to stays.</source>
            <translation>كان ⁦{path}⁩ رابطًا؛ وما يقود إليه يبقى.</translation>
        </message>
        <message>
            <source>{path} was written by a newer version of Kireji (format {version}; this one knows {newest}).</source>
            <translation>كتب {path} إصدارٌ أحدث من Kireji (الصيغة {version}؛ وهذا يعرف {newest}).</translation>
        </message>
        <message>
            <source>{percent} %</source>
            <translation>{percent}%</translation>
        </message>
        <message>
            <source>{percent} % of the context is taken</source>
            <translation>شُغل {percent} % من السياق</translation>
        </message>
        <message>
            <source>{percent} % of the full price, through the service's batches</source>
            <translation>{percent}% من السعر الكامل، عبر دفعات الخدمة</translation>
        </message>
        <message>
            <source>{pictures} came with it.</source>
            <translation>جاءت معها {pictures}.</translation>
        </message>
        <message>
            <source>{place} for a typing mistake, and the network.</source>
            <translation>{place} بحثًا عن خطأ في الكتابة، ومن الشبكة.</translation>
        </message>
        <message>
            <source>{policy}, version {version}</source>
            <translation>‏{policy}، الإصدار {version}</translation>
        </message>
        <message>
            <source>{problem} It may have been paid for nevertheless.</source>
            <translation>{problem} ربما دُفع ثمنه رغم ذلك.</translation>
        </message>
        <message>
            <source>{problem} The job goes on by itself.</source>
            <translation>{problem} تتابع المهمة من تلقاء نفسها.</translation>
        </message>
        <message>
            <source>{problem} Then resume the job.</source>
            <translation>{problem} ثم استأنف المهمة.</translation>
        </message>
        <message>
            <source>{program} (process {number})</source>
            <translation>‏⁦{program}⁩ (العملية {number})</translation>
        </message>
        <message>
            <source>{provider} does not count; this is an estimate.</source>
            <translation>{provider} لا يعدّ؛ هذا تقدير.</translation>
        </message>
        <message>
            <source>{provider} key</source>
            <translation>مفتاح {provider}</translation>
        </message>
        <message>
            <source>{ready} of {rows} looked through</source>
            <translation>فُحص {ready} من {rows}</translation>
        </message>
        <message>
            <source>{read} and costs nothing.</source>
            <translation>{read} ولا يكلّف شيئًا.</translation>
        </message>
        <message>
            <source>{read} in and {written} out per million tokens</source>
            <translation>{read} إدخالًا و{written} إخراجًا لكل مليون رمز</translation>
        </message>
        <message>
            <source>{read} in · {written} out</source>
            <translation>{read} إدخال · {written} إخراج</translation>
        </message>
        <message>
            <source>{read} of {prompt} tokens from the cache</source>
            <translation>{read} من {prompt} رمزًا من الذاكرة المؤقتة</translation>
        </message>
        <message>
            <source>{read} of {prompt} tokens from the cache, saved {amount}</source>
            <translation>{read} من {prompt} رمزًا من الذاكرة المؤقتة، وُفّر {amount}</translation>
        </message>
        <message>
            <source>{read} read, {written} written</source>
            <translation>قُرئ {read}، كُتب {written}</translation>
        </message>
        <message>
            <source>{read}, which costs about {price}.</source>
            <translation>{read}، وتكلفة ذلك نحو {price}.</translation>
        </message>
        <message>
            <source>{read}; nobody knows what that costs.</source>
            <translation>{read}؛ وتكلفة ذلك غير معروفة.</translation>
        </message>
        <message>
            <source>{reason} {done} of {items} were judged; the check is not kept.</source>
            <translation>{reason} حُكم على {done} من {items}؛ ولا يُحفظ هذا التحقق.</translation>
        </message>
        <message>
            <source>{reference} cannot be filled in here.</source>
            <translation>لا يمكن ملء ‎{reference}‎ هنا.</translation>
        </message>
        <message>
            <source>{regions}, {share} % of the picture</source>
            <translation>‏{regions}، {share}% من الصورة</translation>
        </message>
        <message>
            <source>{requests} to {model} · {provider}, about {tokens} tokens to read, {cost}.</source>
            <translation>‏{requests} إلى {model} · {provider}، نحو {tokens} من الرموز للقراءة، {cost}.</translation>
        </message>
        <message>
            <source>{requests}, {read} tokens read and {written} written</source>
            <translation>{requests}، قُرئ {read} من الرموز وكُتب {written}</translation>
        </message>
        <message>
            <source>{right} of {judged} as labelled ({share})</source>
            <translation>‏{right} من {judged} كما وُسم ({share})</translation>
        </message>
        <message>
            <source>{rows} count as failed.</source>
            <translation type="vanished">احتُسب مخفقًا: {rows}.</translation>
        </message>
        <message>
            <source>{rows} left out.</source>
            <translation>تُرك {rows}.</translation>
        </message>
        <message>
            <source>{rows} rows, {columns} columns</source>
            <translation>الصفوف: {rows}، الأعمدة: {columns}</translation>
        </message>
        <message>
            <source>{rows} since {time}</source>
            <translation>{rows} منذ {time}</translation>
        </message>
        <message>
            <source>{rows} still come back.</source>
            <translation type="vanished">ما زالت لدى الخدمة وستعود: {rows}.</translation>
        </message>
        <message>
            <source>{rows} wait again.</source>
            <translation type="vanished">عاد إلى الانتظار: {rows}.</translation>
        </message>
        <message>
            <source>{rows} written.</source>
            <translation>كُتب {rows}.</translation>
        </message>
        <message>
            <source>{rows}, for {amount}</source>
            <translation>{rows}، بتكلفة {amount}</translation>
        </message>
        <message>
            <source>{rows}, {columns}</source>
            <translation>{rows}، {columns}</translation>
        </message>
        <message>
            <source>{rows}: added behind the end that was last noted. The program was killed meanwhile, or somebody wrote them.</source>
            <translation>{rows}: أُضيفت بعد آخر نهاية سُجِّلت. قُتل البرنامج في الأثناء، أو كتبها أحد.</translation>
        </message>
        <message>
            <source>{rows}: changed, or not written by this program.</source>
            <translation>{rows}: مغيَّرة، أو لم يكتبها هذا البرنامج.</translation>
        </message>
        <message>
            <source>{rows}: missing at the end. They were cut off, or lost when the power failed.</source>
            <translation>{rows}: مفقودة من الآخر. قُطعت، أو ضاعت عند انقطاع الكهرباء.</translation>
        </message>
        <message>
            <source>{rows}: not what stood there when the next row was written.</source>
            <translation>{rows}: ليس ما كان موجودًا عند كتابة الصف التالي.</translation>
        </message>
        <message>
            <source>{rows}: removed.</source>
            <translation>{rows}: أُزيلت.</translation>
        </message>
        <message>
            <source>{row}, {what}</source>
            <translation>{row}، {what}</translation>
        </message>
        <message>
            <source>{seconds} s</source>
            <translation>{seconds} ث</translation>
        </message>
        <message>
            <source>{seconds} seconds</source>
            <translation>{seconds} ثانية</translation>
        </message>
        <message>
            <source>{section} · {page}</source>
            <translation>{section} · {page}</translation>
        </message>
        <message>
            <source>{sentence}.</source>
            <translation>{sentence}.</translation>
        </message>
        <message>
            <source>{sentence}. Click a box to send it.</source>
            <translation>{sentence}. انقر مستطيلًا لإرساله.</translation>
        </message>
        <message>
            <source>{server} answered with what is not the protocol.</source>
            <translation>أجاب {server} بما ليس من البروتوكول.</translation>
        </message>
        <message>
            <source>{server} describes its tools in more than 10 MB.</source>
            <translation>يصف {server} أدواته بأكثر من 10 MB.</translation>
        </message>
        <message>
            <source>{server} did not answer within {seconds} seconds.</source>
            <translation>لم يُجب {server} خلال {seconds} ثانية.</translation>
        </message>
        <message>
            <source>{server} did not list its tools within {seconds} seconds.</source>
            <translation>لم يسرد {server} أدواته خلال {seconds} ثانية.</translation>
        </message>
        <message>
            <source>{server} ended before it had answered.</source>
            <translation>انتهى {server} قبل أن يُجيب.</translation>
        </message>
        <message>
            <source>{server} ended before it was asked.</source>
            <translation>انتهى {server} قبل أن يُسأل.</translation>
        </message>
        <message>
            <source>{server} failed {times} times and is tried again in {seconds} seconds. {why}</source>
            <translation>أخفق {server} (عدد المرات: {times}) وتُعاد المحاولة بعد {seconds} ثانية. {why}</translation>
        </message>
        <message>
            <source>{server} has forgotten the connection.</source>
            <translation>نسي {server} الاتصال.</translation>
        </message>
        <message>
            <source>{server} is another program now.</source>
            <translation>{server} برنامج آخر الآن.</translation>
        </message>
        <message>
            <source>{server} is running here with {model}. Nothing would leave this computer.</source>
            <translation>يعمل {server} هنا مع {model}. لن يغادر شيء هذا الحاسوب.</translation>
        </message>
        <message>
            <source>{server} is switched off.</source>
            <translation>{server} معطّل.</translation>
        </message>
        <message>
            <source>{server} lists more than {most} tools.</source>
            <translation>يسرد {server} أكثر من {most} أداة.</translation>
        </message>
        <message>
            <source>{server} never comes to the end of its list of tools.</source>
            <translation>لا تنتهي قائمة أدوات {server} أبدًا.</translation>
        </message>
        <message>
            <source>{server} refused: {said}</source>
            <translation>رفض {server}: {said}</translation>
        </message>
        <message>
            <source>{server} runs, but has no model yet. Add one there, then look again.</source>
            <translation>{server} يعمل، لكن لا نموذج فيه بعد. أضف واحدًا هناك ثم ابحث مجددًا.</translation>
        </message>
        <message>
            <source>{server} was ended before it had started.</source>
            <translation>أُنهي {server} قبل أن يبدأ.</translation>
        </message>
        <message>
            <source>{server}, protocol {version}</source>
            <translation>{server}، البروتوكول {version}</translation>
        </message>
        <message>
            <source>{shortcut} cannot be held here.</source>
            <translation>لا يمكن حجز {shortcut} هنا.</translation>
        </message>
        <message>
            <source>{shortcut} is already used by Kireji itself.</source>
            <translation>{shortcut} يستعمله Kireji نفسه بالفعل.</translation>
        </message>
        <message>
            <source>{shortcut} is already used by another program.</source>
            <translation>{shortcut} يستعمله برنامج آخر بالفعل.</translation>
        </message>
        <message>
            <source>{size} KiB</source>
            <translation>{size} كيبيبايت</translation>
        </message>
        <message>
            <source>{size} MiB</source>
            <translation>{size} ميبيبايت</translation>
        </message>
        <message>
            <source>{size} in all.</source>
            <translation>المجموع {size}.</translation>
        </message>
        <message numerus="yes">
            <source>{size} in {n} files are kept now.</source>
            <extracomment>{size} in 1 file is kept now.</extracomment>
            <translation>
                <numerusform>المحفوظ الآن {size} في {n} ملف.</numerusform>
                <numerusform>المحفوظ الآن {size} في ملف واحد.</numerusform>
                <numerusform>المحفوظ الآن {size} في ملفين.</numerusform>
                <numerusform>المحفوظ الآن {size} في {n} ملفات.</numerusform>
                <numerusform>المحفوظ الآن {size} في {n} ملفًا.</numerusform>
                <numerusform>المحفوظ الآن {size} في {n} ملف.</numerusform>
            </translation>
        </message>
        <message>
            <source>{size} tokens of context</source>
            <translation>سياق من {size} رمز</translation>
        </message>
        <message>
            <source>{some} and {last}</source>
            <translation>{some} و{last}</translation>
        </message>
        <message>
            <source>{source} → {target}</source>
            <translation>‏{source} ‏←‏ {target}‏</translation>
        </message>
        <message>
            <source>{spent} of {budget}</source>
            <translation>{spent} من {budget}</translation>
        </message>
        <message>
            <source>{state} · reused</source>
            <translation>{state} · من نتيجة سابقة</translation>
        </message>
        <message>
            <source>{state}; go to the first</source>
            <translation>‏{state}؛ الانتقال إلى الأول</translation>
        </message>
        <message>
            <source>{taken} of {room}</source>
            <translation>{taken} من {room}</translation>
        </message>
        <message>
            <source>{there}: it does not answer in time.</source>
            <translation>{there}: لا يجيب في الوقت المناسب.</translation>
        </message>
        <message>
            <source>{there}: it does not speak TLS as it should.</source>
            <translation>{there}: لا يستعمل TLS كما ينبغي.</translation>
        </message>
        <message>
            <source>{there}: no name can be looked up.</source>
            <translation>{there}: لا يمكن البحث عن أي اسم.</translation>
        </message>
        <message>
            <source>{there}: nothing answers at that address.</source>
            <translation>{there}: لا شيء يجيب على هذا العنوان.</translation>
        </message>
        <message>
            <source>{there}: the name is not known.</source>
            <translation>{there}: الاسم غير معروف.</translation>
        </message>
        <message>
            <source>{there}: there is no way to it.</source>
            <translation>{there}: لا طريق إليه.</translation>
        </message>
        <message>
            <source>{things} ({count})</source>
            <translation>{things} ({count})</translation>
        </message>
        <message>
            <source>{title} (needs a picture)</source>
            <translation>‏{title} (يحتاج إلى صورة)</translation>
        </message>
        <message>
            <source>{title} (needs {count} pictures)</source>
            <translation>‏{title} (عدد الصور اللازمة: {count})</translation>
        </message>
        <message>
            <source>{title} ({name}) is another one</source>
            <translation>‏{title} ({name}) سؤال آخر</translation>
        </message>
        <message>
            <source>{title} answers with {model}.</source>
            <translation>يجيب {title} بـ {model}.</translation>
        </message>
        <message>
            <source>{title} comes without its keys, {keys}; set them in its editor.</source>
            <translation>جاء «{title}» بلا مفاتيحه {keys}؛ عيّنها في محرره.</translation>
        </message>
        <message>
            <source>{title} goes as its words, because something in it is hidden.</source>
            <translation>يُرسل {title} بكلماته فقط، لأن شيئًا فيه أُخفي.</translation>
        </message>
        <message>
            <source>{title} reads the text in the picture instead.</source>
            <translation>يقرأ {title} النص في الصورة بدلًا من ذلك.</translation>
        </message>
        <message>
            <source>{title} – Kireji help</source>
            <translation>‏{title} – مساعدة Kireji</translation>
        </message>
        <message>
            <source>{title}, version {version}</source>
            <translation>‏{title}، الإصدار {version}</translation>
        </message>
        <message>
            <source>{title}, {row} of {count}</source>
            <translation>{title}، {row} من {count}</translation>
        </message>
        <message>
            <source>{title}: a spreadsheet has room for {most} columns; {left_out} are left out.</source>
            <translation>‏{title}: يتسع جدول البيانات لـ {most} عمود؛ وتُرك {left_out}.</translation>
        </message>
        <message>
            <source>{title}: add</source>
            <translation>{title}: إضافة</translation>
        </message>
        <message>
            <source>{title}: another one</source>
            <translation>{title}: واحد آخر</translation>
        </message>
        <message>
            <source>{title}: fold away</source>
            <translation>{title}: طي</translation>
        </message>
        <message>
            <source>{title}: folded away. Show</source>
            <translation>{title}: مطوي. عرض</translation>
        </message>
        <message>
            <source>{title}: show more or fewer</source>
            <translation>{title}: عرض أكثر أو أقل</translation>
        </message>
        <message>
            <source>{title}: {sentence}</source>
            <translation>{title}: {sentence}</translation>
        </message>
        <message>
            <source>{title}: {words}</source>
            <translation>{title}: {words}</translation>
        </message>
        <message>
            <source>{tokens} attached</source>
            <translation>{tokens} مرفقة</translation>
        </message>
        <message>
            <source>{tokens} of them are probably still in the service's cache.</source>
            <translation>منها {tokens} ربما ما زالت في الذاكرة المؤقتة لدى الخدمة.</translation>
        </message>
        <message>
            <source>{tokens}, no room</source>
            <translation>{tokens}، لا متسع</translation>
        </message>
        <message>
            <source>{tool} asks for permission</source>
            <translation>{tool}: طلب إذن</translation>
        </message>
        <message>
            <source>{tool}: about to run</source>
            <translation>{tool}: على وشك التشغيل</translation>
        </message>
        <message>
            <source>{tool}: being asked for</source>
            <translation>{tool}: قيد الطلب</translation>
        </message>
        <message>
            <source>{tool}: denied</source>
            <translation>{tool}: رُفض</translation>
        </message>
        <message>
            <source>{tool}: did not run</source>
            <translation>{tool}: لم يُشغَّل</translation>
        </message>
        <message>
            <source>{tool}: done</source>
            <translation>{tool}: تم</translation>
        </message>
        <message>
            <source>{tool}: failed</source>
            <translation>{tool}: أخفق</translation>
        </message>
        <message>
            <source>{tool}: gave nothing back</source>
            <translation>{tool}: لم يُرجع شيئًا</translation>
        </message>
        <message>
            <source>{tool}: running</source>
            <translation>{tool}: قيد التشغيل</translation>
        </message>
        <message>
            <source>{tool}: running in another Kireji</source>
            <translation>{tool}: قيد التشغيل في Kireji آخر</translation>
        </message>
        <message>
            <source>{tool}: was running when the program ended; whether it took effect is not known</source>
            <translation>{tool}: كان قيد التشغيل عند انتهاء البرنامج؛ ولا يُعرف هل كان له أثر</translation>
        </message>
        <message>
            <source>{tool}: was running when you stopped the answer</source>
            <translation>{tool}: كان قيد التشغيل عندما أوقفتَ الإجابة</translation>
        </message>
        <message>
            <source>{tool}: {answer}</source>
            <translation>{tool}: {answer}</translation>
        </message>
        <message>
            <source>{tool}: {word}. Change</source>
            <translation>{tool}: {word}. تغيير</translation>
        </message>
        <message>
            <source>{type} in {unit}</source>
            <translation>{type} ({unit})</translation>
        </message>
        <message>
            <source>{type}: {choices}</source>
            <translation>{type}: {choices}</translation>
        </message>
        <message>
            <source>{url_variable} is set, but {key_variable} is not.</source>
            <translation>عُيّن {url_variable} ولم يُعيَّن {key_variable}.</translation>
        </message>
        <message>
            <source>{variable} of the prompt {name} cannot be that.</source>
            <translation>لا يصلح هذا قيمة لـ {variable} في السؤال السريع {name}.</translation>
        </message>
        <message>
            <source>{variable} of the prompt {name} is a picture, not a text.</source>
            <translation>المتغيّر {variable} في السؤال السريع {name} صورة لا نص.</translation>
        </message>
        <message>
            <source>{version} is there</source>
            <translation>يتوفر {version}</translation>
        </message>
        <message>
            <source>{wanted} is not there any more; {model} answers.</source>
            <translation>لم يعد {wanted} موجودًا؛ يجيب {model}.</translation>
        </message>
        <message>
            <source>{what} ({letter} on the picture, Alt+{letter} anywhere)</source>
            <translation>{what} ({letter} على الصورة، Alt+{letter} في أي مكان)</translation>
        </message>
        <message>
            <source>{what} came from {host} instead of an answer.</source>
            <translation>جاءت من {host} {what} بدلًا من إجابة.</translation>
        </message>
        <message>
            <source>{what} is described by something that is not a JSON object.</source>
            <translation>وصف {what} ليس كائن JSON.</translation>
        </message>
        <message>
            <source>{what} is too large to open.</source>
            <translation>{what} أكبر من أن تُفتح.</translation>
        </message>
        <message>
            <source>{what} · {time}</source>
            <translation type="vanished">{what} · {time}</translation>
        </message>
        <message>
            <source>{when} · {conversations}</source>
            <translation>{when} · {conversations}</translation>
        </message>
        <message>
            <source>{when}, or change the settings under openrouter.</source>
            <translation>{when}، أو غيّر الإعدادات تحت openrouter.</translation>
        </message>
        <message>
            <source>{where}: {stated} stands there, but the cells above add up to {computed}.</source>
            <translation>‏{where}: المكتوب هناك {stated}، لكن مجموع الخلايا فوقه {computed}.</translation>
        </message>
        <message>
            <source>{where}: {stated} stands there, but the cells give {computed}.</source>
            <translation>‏{where}: المكتوب هناك {stated}، لكن حاصل الخلايا {computed}.</translation>
        </message>
        <message>
            <source>{where}: {stated} stands there, but {words} gives {computed}.</source>
            <translation>‏{where}: المكتوب هناك {stated}، لكن حاصل {words} هو {computed}.</translation>
        </message>
        <message>
            <source>{who} has no batch service for {model}.</source>
            <translation>ليس لدى {who} خدمة دفعات للنموذج {model}.</translation>
        </message>
        <message>
            <source>{who}'s batches take no pictures from this computer, only from the web.</source>
            <translation>لا تقبل دفعات {who} صورًا من هذا الحاسوب، بل من الويب فقط.</translation>
        </message>
        <message>
            <source>{who}; asked because the conversation contained text from {outside}</source>
            <translation>{who}؛ السؤال لأن المحادثة احتوت نصًا من {outside}</translation>
        </message>
        <message>
            <source>{who}; asked because {why}</source>
            <translation>{who}؛ سبب السؤال: {why}</translation>
        </message>
        <message>
            <source>{why} Nobody can tell whether {rows} rows of this job are with the service. Look at its own list of batches, then say whether they are to be sent again or count as failed.</source>
            <translation>{why} لا يُعرف هل لدى الخدمة من هذه المهمة صفوف عددها {rows}. انظر في قائمة دفعاتها، ثم حدّد هل تُرسل مجددًا أم تُحتسب مخفقة.</translation>
        </message>
        <message>
            <source>{words} ({number})</source>
            <translation>{words} ({number})</translation>
        </message>
        <message>
            <source>{words} ({number}): {items}</source>
            <translation>{words} ({number}): {items}</translation>
        </message>
        <message>
            <source>{words} {done} of {total}</source>
            <translation>‏{words} {done} من {total}</translation>
        </message>
        <message>
            <source>{words}, and up to {amount} under way</source>
            <translation>{words}، وما يصل إلى {amount} قيد التنفيذ</translation>
        </message>
        <message>
            <source>{words}, {percent} % from the cache</source>
            <translation>{words}، {percent}% من الذاكرة المؤقتة</translation>
        </message>
        <message>
            <source>“Capture after a delay” waits</source>
            <translation>«الالتقاط بعد مهلة» ينتظر</translation>
        </message>
        <message>
            <source>“{field}” cannot be {got}.</source>
            <translation>لا تصلح لـ «{field}» هذه القيمة: {got}.</translation>
        </message>
        <message>
            <source>“{name}” cannot be read.</source>
            <translation>تعذرت قراءة «{name}».</translation>
        </message>
        <message>
            <source>“{name}” is neither lines of JSON (.jsonl), nor a table (.csv), nor a picture.</source>
            <translation>«{name}» ليس أسطر JSON (‎.jsonl) ولا جدولًا (‎.csv) ولا صورة.</translation>
        </message>
        <message>
            <source>“{name}” is not a JSON object.</source>
            <translation>«{name}» ليس كائن JSON.</translation>
        </message>
        <message>
            <source>“{name}” is not known here: a line has prompt, image and id.</source>
            <translation type="vanished">«{name}» غير معروف هنا: في السطر prompt وimage وid.</translation>
        </message>
        <message>
            <source>“{name}” is not known here: a line has prompt, image, images and id.</source>
            <translation>«{name}» غير معروف هنا: في السطر prompt وimage وimages وid.</translation>
        </message>
        <message>
            <source>“{name}” is not known here; did you mean “{close}”?</source>
            <translation>«{name}» غير معروف هنا؛ هل قصدت «{close}»؟</translation>
        </message>
        <message>
            <source>“{name}” is too large for a schema.</source>
            <translation>«{name}» أكبر من أن يكون مخططًا.</translation>
        </message>
        <message>
            <source>“{program}” could not be started: the process that starts it was ended.</source>
            <translation>تعذر تشغيل «{program}»: أُنهيت العملية التي تشغّله.</translation>
        </message>
        <message>
            <source>“{program}” could not be started: {reason}.</source>
            <translation>تعذر تشغيل «{program}»: {reason}.</translation>
        </message>
        <message>
            <source>“{program}” did not start in time.</source>
            <translation>لم يبدأ «{program}» في الوقت المحدد.</translation>
        </message>
        <message>
            <source>“{title}” has these keys. Choose others.</source>
            <translation>هذه المفاتيح لـ«{title}». اختر غيرها.</translation>
        </message>
        <message>
            <source>“{title}” is about the clipboard, and there is no text in it.</source>
            <translation>يتناول «{title}» الحافظة، ولا نص فيها.</translation>
        </message>
        <message>
            <source>“{title}” is about the selected text, and none is selected.</source>
            <translation>يتناول «{title}» النص المحدد، ولا نص محدد.</translation>
        </message>
        <message>
            <source>“{title}” is back in the list</source>
            <translation>عادت «{title}» إلى القائمة</translation>
        </message>
        <message>
            <source>“{title}” is removed.</source>
            <translation>أُزيل «{title}».</translation>
        </message>
        <message>
            <source>“{title}” is saved.</source>
            <translation>حُفظ «{title}».</translation>
        </message>
        <message>
            <source>“{title}” is saved. {trouble}</source>
            <translation>حُفظ «{title}». {trouble}</translation>
        </message>
        <message>
            <source>“{title}” needs a picture. Capture or attach one.</source>
            <translation>يحتاج «{title}» إلى صورة. التقط واحدة أو أرفقها.</translation>
        </message>
        <message>
            <source>“{title}” needs {count} pictures. Capture or attach them.</source>
            <translation>عدد الصور التي يحتاج إليها «{title}»: {count}. التقطها أو أرفقها.</translation>
        </message>
        <message>
            <source>“{title}”, version {version}, is saved.</source>
            <translation>حُفظت «{title}»، الإصدار {version}.</translation>
        </message>
        <message>
            <source>“{what}” cannot be carried over to this service's form.</source>
            <translation>لا يمكن نقل «{what}» إلى صيغة هذه الخدمة.</translation>
        </message>
        <message>
            <source>“{words}”</source>
            <translation>«{words}»</translation>
        </message>
        <message>
            <source>… and {count} more.</source>
            <translation>… و{count} أخرى.</translation>
        </message>
        <message>
            <source>… and {more} more characters</source>
            <translation>… و{more} حرفًا آخر</translation>
        </message>
        <message>
            <source>‹what is selected›</source>
            <translation>‹النص المحدد›</translation>
        </message>
        <message>
            <source>‹what was copied›</source>
            <translation>‹ما نُسخ›</translation>
        </message>
        <message>
            <source>≈ {amount}</source>
            <translation>≈ {amount}</translation>
        </message>
        <message>
            <source>≈ {read} read, {written} written</source>
            <translation>نحو {read} قراءةً، و{written} كتابةً</translation>
        </message>
        <message>
            <source>▇▇▇ stands in their place, in the window, on the command line and in the history.</source>
            <translation>يحلّ ▇▇▇ محلها في النافذة وسطر الأوامر والسجل.</translation>
        </message>
        <message>
            <source>⟨… {count} more characters …⟩</source>
            <translation>⟨… {count} من المحارف الأخرى …⟩</translation>
        </message>
    </context>
</TS>
