<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
    <context>
        <name>Kireji</name>
        <message>
            <source> (line {line})</source>
            <translation>（第 {line} 行）</translation>
        </message>
        <message>
            <source>"level" only goes with a single category.</source>
            <translation>“level”只能与单个类别一起使用。</translation>
        </message>
        <message>
            <source>#</source>
            <translation>#</translation>
        </message>
        <message>
            <source>${amount}</source>
            <translation>${amount}</translation>
        </message>
        <message>
            <source>(/ for prompts)</source>
            <translation>（/ 打开快捷提问）</translation>
        </message>
        <message>
            <source>(/ for prompts, drop files or images)</source>
            <translation>（/ 打开快捷提问，可拖入文件或图片）</translation>
        </message>
        <message>
            <source>**{action}** by the policy “{title}”, version {version}.</source>
            <translation>**{action}**，依据策略“{title}”版本 {version}。</translation>
        </message>
        <message>
            <source>*Read on this computer; single letters may be wrong. The question was not sent to any model.*</source>
            <translation>*由本机读取；个别字符可能有误。问题没有发送给任何模型。*</translation>
        </message>
        <message>
            <source>+49 30 1234567</source>
            <translation>+49 30 1234567</translation>
        </message>
        <message>
            <source>, </source>
            <translation>、</translation>
        </message>
        <message numerus="yes">
            <source>, {n} see pictures</source>
            <extracomment>, 1 sees pictures</extracomment>
            <translation>
                <numerusform>，{n} 个能看图片</numerusform>
            </translation>
        </message>
        <message>
            <source>-----BEGIN PRIVATE KEY-----</source>
            <translation>-----BEGIN PRIVATE KEY-----</translation>
        </message>
        <message>
            <source>--note goes with --accept or --overrule</source>
            <translation>--note 须与 --accept 或 --overrule 一起使用</translation>
        </message>
        <message>
            <source>--overrule takes ROW=ACTION or ROW=ACTION:CATEGORY with one of {names}, not {text}</source>
            <translation>--overrule 的格式为 ROW=ACTION 或 ROW=ACTION:CATEGORY，其中动作为 {names} 之一，而不是 {text}</translation>
        </message>
        <message>
            <source>--schema goes with a question of your own, or with --extract</source>
            <translation>--schema 须与您自己的问题或 --extract 一起使用</translation>
        </message>
        <message>
            <source>1 bad line left out</source>
            <translation>略过 1 个无效行</translation>
        </message>
        <message>
            <source>1 duplicate merged</source>
            <translation>合并 1 个重复项</translation>
        </message>
        <message>
            <source>1 hour</source>
            <translation>1 小时</translation>
        </message>
        <message>
            <source>1 line cannot be asked, so nothing was added.</source>
            <translation>1 行无法提问，因此没有添加任何内容。</translation>
        </message>
        <message>
            <source>1 minute</source>
            <translation>1 分钟</translation>
        </message>
        <message>
            <source>1 row</source>
            <translation>1 行</translation>
        </message>
        <message>
            <source>1 row gave nothing and is left out; see kireji batch results ID --failed.</source>
            <translation>1 行没有结果，已略过；见 kireji batch results ID --failed。</translation>
        </message>
        <message>
            <source>1 row has not ended yet and is left out.</source>
            <translation>1 行尚未结束，已略过。</translation>
        </message>
        <message>
            <source>1 second</source>
            <translation>1 秒</translation>
        </message>
        <message>
            <source>1 tool</source>
            <translation>1 个工具</translation>
        </message>
        <message>
            <source>4111 1111 1111 1111; only numbers whose check digit is right</source>
            <translation>4111 1111 1111 1111；仅限校验位正确的号码</translation>
        </message>
        <message>
            <source>: about {now} instead of {otherwise}</source>
            <translation>：约 {now}，而不是 {otherwise}</translation>
        </message>
        <message>
            <source>; did you mean {name}?</source>
            <translation>；您是否指 {name}？</translation>
        </message>
        <message>
            <source>&lt; {amount}</source>
            <translation>&lt; {amount}</translation>
        </message>
        <message>
            <source>?</source>
            <translation>?</translation>
        </message>
        <message>
            <source>A JSON schema</source>
            <translation>JSON 架构</translation>
        </message>
        <message>
            <source>A batch of the same size turned out to be another one's.</source>
            <translation>一个大小相同的批次原来不是这一个。</translation>
        </message>
        <message>
            <source>A batch service says nothing of a batch before it has ended: smaller batches show progress sooner. Their size holds for jobs that are made from now on.</source>
            <translation>批处理服务在批次结束之前不会提供任何信息：批次越小，越早看到进度。此大小适用于今后创建的任务。</translation>
        </message>
        <message>
            <source>A budget in settings.toml cannot be read, so nothing was sent.</source>
            <translation>无法读取 settings.toml 中的预算，因此没有发送任何内容。</translation>
        </message>
        <message>
            <source>A change makes the next question cost more: the service reads the conversation anew.</source>
            <translation>更改会使下一个问题的费用增加：服务要重新读取对话。</translation>
        </message>
        <message>
            <source>A choice</source>
            <translation>一个选项</translation>
        </message>
        <message>
            <source>A click shows what is new. Nothing is downloaded or installed by itself.</source>
            <translation>单击即可查看新内容。不会自动下载或安装任何内容。</translation>
        </message>
        <message>
            <source>A column in braces stands for what the row has there.</source>
            <translation>花括号中的列名代表该行在此列的内容。</translation>
        </message>
        <message>
            <source>A column in braces; empty takes the column “text”.</source>
            <translation>花括号中的列名；留空则取“text”列。</translation>
        </message>
        <message>
            <source>A comparison</source>
            <translation>一次比较</translation>
        </message>
        <message>
            <source>A comparison needs no words.</source>
            <translation>比较不需要文字。</translation>
        </message>
        <message>
            <source>A comparison takes two pictures: drop two folders or two pictures here.</source>
            <translation>比较需要两张图片：请将两个文件夹或两张图片拖到这里。</translation>
        </message>
        <message>
            <source>A comparison takes two pictures; the row has {count}.</source>
            <translation>比较需要两张图片；该行有 {count} 张。</translation>
        </message>
        <message>
            <source>A content check held the question back{why}.</source>
            <translation>内容审查拦下了问题{why}。</translation>
        </message>
        <message>
            <source>A document</source>
            <translation>一个文档</translation>
        </message>
        <message>
            <source>A file</source>
            <translation>文件</translation>
        </message>
        <message>
            <source>A file is named by its whole path.</source>
            <translation>文件须用完整路径指定。</translation>
        </message>
        <message>
            <source>A file needs a name.</source>
            <translation>文件需要名称。</translation>
        </message>
        <message>
            <source>A file on another computer was not attached. Copy it to this one first.</source>
            <translation>另一台计算机上的文件未附加。请先复制到本机。</translation>
        </message>
        <message>
            <source>A folder of pictures</source>
            <translation>图片文件夹</translation>
        </message>
        <message>
            <source>A job asks about every row of a file, or every picture in a folder, in the same way: receipts become a table, pictures get their texts, letters are sorted by subject.</source>
            <translation>任务以同样的方式就文件的每一行或文件夹中的每张图片提问：把收据变成表格，为图片配上文字，按主题整理信件。</translation>
        </message>
        <message>
            <source>A job needs you</source>
            <translation>有任务需要您处理</translation>
        </message>
        <message>
            <source>A key belongs to one address, and there is none.</source>
            <translation>密钥属于某个地址，而现在没有地址。</translation>
        </message>
        <message>
            <source>A key can be used for this session only.</source>
            <translation>密钥只能用于本次会话。</translation>
        </message>
        <message>
            <source>A key can be used for this session only; it is never written to a file.</source>
            <translation>密钥只能用于本次会话；从不写入文件。</translation>
        </message>
        <message>
            <source>A labelled set holds texts of which people have said what the policy should make of them, one JSON object a line. All of it is judged by the text as it stands here, saved or not.</source>
            <translation>标注集包含一些文字，由人标明策略对它们应有的判定，每行一个 JSON 对象。全部按此处的策略文本判定，无论是否已保存。</translation>
        </message>
        <message>
            <source>A line of {name} is too long to be shown here. Break it, or use another editor.</source>
            <translation>{name} 中有一行太长，无法在此显示。请将它断行，或使用其他编辑器。</translation>
        </message>
        <message>
            <source>A line with params has neither a method nor a url.</source>
            <translation>含有 params 的行不能有 method 或 url。</translation>
        </message>
        <message>
            <source>A message has no “{field}”.</source>
            <translation>有一条消息缺少“{field}”。</translation>
        </message>
        <message>
            <source>A name has up to 64 letters, digits, spaces and the signs . _ - ( ) @ +.</source>
            <translation>名称最多 64 个字母、数字、空格和符号 . _ - ( ) @ +。</translation>
        </message>
        <message>
            <source>A name stands twice in it, once with a picture or a document.</source>
            <translation>其中有一个名称出现两次，一次带有图片或文档。</translation>
        </message>
        <message>
            <source>A network's login page or a proxy may be in the way: open a web browser, log in, and ask again.</source>
            <translation>可能有网络登录页面或代理拦截：请打开浏览器登录，然后重新提问。</translation>
        </message>
        <message>
            <source>A number between {lowest} and {highest}, please; {value} stays.</source>
            <translation>请输入 {lowest} 到 {highest} 之间的数字；保留 {value}。</translation>
        </message>
        <message>
            <source>A page for a tool</source>
            <translation>供工具使用的网页</translation>
        </message>
        <message>
            <source>A person shall decide.</source>
            <translation>须由人来决定。</translation>
        </message>
        <message>
            <source>A picture</source>
            <translation>一张图片</translation>
        </message>
        <message>
            <source>A picture in it is of an unknown kind, or damaged.</source>
            <translation type="vanished">其中有一张图片类型未知，或已损坏。</translation>
        </message>
        <message>
            <source>A picture in it is written in an unusual way.</source>
            <translation>其中有一张图片的写法不寻常。</translation>
        </message>
        <message>
            <source>A picture in this conversation is larger than the service takes.</source>
            <translation>此对话中有一张图片超出了服务接受的大小。</translation>
        </message>
        <message>
            <source>A picture of this job is missing or damaged.</source>
            <translation>此任务的一张图片丢失或损坏。</translation>
        </message>
        <message>
            <source>A picture or document is missing.</source>
            <translation>缺少一张图片或一个文档。</translation>
        </message>
        <message>
            <source>A picture or document was changed or damaged.</source>
            <translation>图片或文档已被更改或损坏。</translation>
        </message>
        <message>
            <source>A picture that you named</source>
            <translation>您指定的图片</translation>
        </message>
        <message>
            <source>A piece of JSON from the server's documentation can be pasted into any of these fields.</source>
            <translation>可以将服务器文档中的一段 JSON 粘贴到其中任意字段。</translation>
        </message>
        <message>
            <source>A place in the prompt has no name.</source>
            <translation>提示词中有一处占位没有名称。</translation>
        </message>
        <message>
            <source>A policy cannot be named {name}.</source>
            <translation>策略不能命名为 {name}。</translation>
        </message>
        <message>
            <source>A program on this computer</source>
            <translation>本机上的程序</translation>
        </message>
        <message>
            <source>A proxy in between may hold streams back: check the proxy settings or the address of the service.</source>
            <translation>中间的代理可能拦住了数据流：请检查代理设置或服务地址。</translation>
        </message>
        <message>
            <source>A question</source>
            <translation>问题</translation>
        </message>
        <message>
            <source>A question takes up to {most} files and pictures.</source>
            <translation>一个问题最多可附 {most} 个文件和图片。</translation>
        </message>
        <message>
            <source>A question takes up to {most} folders, pages and conversations.</source>
            <translation>一个问题最多可附 {most} 个文件夹、网页和对话。</translation>
        </message>
        <message>
            <source>A question that could pass a budget is not sent. What it may cost at most is kept free for it while it runs, so many at once do not pass it either.</source>
            <translation>可能超出预算的问题不会发送。问题进行期间会为它预留最高可能费用，因此多个问题同时进行也不会超出。</translation>
        </message>
        <message>
            <source>A question waits for your answer before it is sent.</source>
            <translation>有一个问题在发送前等待您的答复。</translation>
        </message>
        <message numerus="yes">
            <source>A question with {n} pictures or files</source>
            <extracomment>A question with a picture or file</extracomment>
            <translation>
                <numerusform>含 {n} 个图片或文件的问题</numerusform>
            </translation>
        </message>
        <message>
            <source>A quotation mark is missing in the command.</source>
            <translation>命令中缺少一个引号。</translation>
        </message>
        <message>
            <source>A redirect</source>
            <translation>重定向</translation>
        </message>
        <message>
            <source>A row's number is that of its column, too.</source>
            <translation>行号也是其列号。</translation>
        </message>
        <message>
            <source>A rule of this {name} account held the question back.</source>
            <translation>此 {name} 账户的一条规则拦下了问题。</translation>
        </message>
        <message>
            <source>A schema is a JSON object, in braces.</source>
            <translation>架构是用花括号括起来的 JSON 对象。</translation>
        </message>
        <message>
            <source>A schema is a JSON object.</source>
            <translation>架构是一个 JSON 对象。</translation>
        </message>
        <message>
            <source>A secret belongs to one address, and there is none.</source>
            <translation>机密属于一个地址，而现在没有地址。</translation>
        </message>
        <message>
            <source>A secret is kept in your system keychain, never in a file. Only this server gets it.</source>
            <translation>机密保存在系统钥匙串中，从不写入文件。只有此服务器会得到它。</translation>
        </message>
        <message>
            <source>A server or a plugin is a program of its own: what it sends, and to whom, is not recorded in the list of what left this computer. Only add what you trust.</source>
            <translation>服务器或插件是独立的程序：它发送什么、发给谁，不会记录在离开本机的内容列表中。请只添加您信任的。</translation>
        </message>
        <message>
            <source>A server's name is 1 to {most} visible characters.</source>
            <translation>服务器的名称为 1 到 {most} 个可见字符。</translation>
        </message>
        <message>
            <source>A stored picture is missing or damaged.</source>
            <translation>一张已保存的图片丢失或损坏。</translation>
        </message>
        <message>
            <source>A sum of US dollars, please, such as 10 or 2.50; empty sets none.</source>
            <translation>请输入美元金额，例如 10 或 2.50；留空表示不设。</translation>
        </message>
        <message>
            <source>A table</source>
            <translation>一个表格</translation>
        </message>
        <message>
            <source>A table out of the picture</source>
            <translation>从图片中提取的表格</translation>
        </message>
        <message>
            <source>A template with one category</source>
            <translation>含一个类别的模板</translation>
        </message>
        <message>
            <source>A text, and a picture if you like</source>
            <translation>一段文字，也可加一张图片</translation>
        </message>
        <message>
            <source>A tool</source>
            <translation>工具</translation>
        </message>
        <message>
            <source>A tool lets a model do something: work something out, read a file, look at a page. You are asked first, unless you have allowed it.</source>
            <translation>工具让模型可以做事：计算、读取文件、查看网页。除非您已经允许，否则会先询问您。</translation>
        </message>
        <message>
            <source>A tool that it calls read-only then counts as such: once allowed, it does not ask again where words from outside stand in the conversation.</source>
            <translation>它声明为只读的工具此后即视为只读：一旦允许，即使对话中有外来文字也不再询问。</translation>
        </message>
        <message>
            <source>A tool would have sent what is hidden from the model.</source>
            <translation>某个工具本来会发送对模型隐藏的内容。</translation>
        </message>
        <message>
            <source>A translation in place</source>
            <translation>就地翻译</translation>
        </message>
        <message>
            <source>A translation needs no words, only a variable named language.</source>
            <translation>翻译不需要文字，只需要一个名为 language 的变量。</translation>
        </message>
        <message>
            <source>A verdict</source>
            <translation>一个判定</translation>
        </message>
        <message>
            <source>A version that would comply:</source>
            <translation>符合要求的版本：</translation>
        </message>
        <message>
            <source>A web page</source>
            <translation>网页</translation>
        </message>
        <message>
            <source>A window</source>
            <translation>一个窗口</translation>
        </message>
        <message>
            <source>A window of Kireji lies over the watched region, which is not looked at until it is gone.</source>
            <translation>Kireji 的窗口盖住了被监视的区域，在移开之前不会查看该区域。</translation>
        </message>
        <message>
            <source>A word must have at least {least} characters; shorter ones are in every text.</source>
            <translation>词至少要有 {least} 个字符；更短的词在任何文字中都会出现。</translation>
        </message>
        <message>
            <source>A, B, P, T, N, R</source>
            <translation>A、B、P、T、N、R</translation>
        </message>
        <message>
            <source>About</source>
            <translation>关于</translation>
        </message>
        <message>
            <source>About the text that is selected.</source>
            <translation>关于所选的文字。</translation>
        </message>
        <message>
            <source>About what was copied and what is selected.</source>
            <translation>关于所复制和所选的内容。</translation>
        </message>
        <message>
            <source>About what was copied.</source>
            <translation>关于所复制的内容。</translation>
        </message>
        <message>
            <source>Above here is no longer sent</source>
            <translation>以上内容不再发送</translation>
        </message>
        <message>
            <source>Above here, only the first question is still sent</source>
            <translation>以上内容中，只有第一个问题仍会发送</translation>
        </message>
        <message>
            <source>Accept (A)</source>
            <translation>接受 (A)</translation>
        </message>
        <message>
            <source>Accept: {action} (A)</source>
            <translation>接受：{action} (A)</translation>
        </message>
        <message>
            <source>Accepted: {action}</source>
            <translation>已接受：{action}</translation>
        </message>
        <message>
            <source>Actions agree in {share}; beyond chance: {kappa} (Cohen's kappa).</source>
            <translation>动作一致率为 {share}；排除偶然一致后：{kappa}（Cohen's kappa）。</translation>
        </message>
        <message>
            <source>Actual size</source>
            <translation>实际大小</translation>
        </message>
        <message>
            <source>Add</source>
            <translation>添加</translation>
        </message>
        <message>
            <source>Add Control or Command in Settings, or update macOS.</source>
            <translation>请在设置中加上 Control 或 Command，或更新 macOS。</translation>
        </message>
        <message>
            <source>Add Kireji in System Settings, General, Login Items.</source>
            <translation>请在“系统设置”、“通用”、“登录项”中添加 Kireji。</translation>
        </message>
        <message>
            <source>Add Kireji to the Startup folder (shell:startup).</source>
            <translation>请将 Kireji 添加到“启动”文件夹 (shell:startup)。</translation>
        </message>
        <message>
            <source>Add Kireji to the start-up programs in the desktop's settings.</source>
            <translation>请在桌面设置的启动程序中添加 Kireji。</translation>
        </message>
        <message>
            <source>Add a folder or a repository</source>
            <translation>添加文件夹或代码仓库</translation>
        </message>
        <message>
            <source>Add a folder…</source>
            <translation>添加文件夹…</translation>
        </message>
        <message>
            <source>Add a header…</source>
            <translation>添加请求头…</translation>
        </message>
        <message>
            <source>Add a key for this server</source>
            <translation>为此服务器添加密钥</translation>
        </message>
        <message>
            <source>Add a key in Settings, Keys &amp; models, or with: kireji keys set {provider}</source>
            <translation>请在“设置”的“密钥与模型”中添加密钥，或使用：kireji keys set {provider}</translation>
        </message>
        <message>
            <source>Add a key in Settings, Keys &amp; models.</source>
            <translation>请在“设置”的“密钥与模型”中添加密钥。</translation>
        </message>
        <message>
            <source>Add a key in the settings, or with: kireji keys set PROVIDER</source>
            <translation>请在设置中添加密钥，或使用：kireji keys set PROVIDER</translation>
        </message>
        <message>
            <source>Add a key in the settings.</source>
            <translation>请在设置中添加密钥。</translation>
        </message>
        <message>
            <source>Add a region to the question</source>
            <translation>为问题添加区域</translation>
        </message>
        <message>
            <source>Add a region: keep this one and choose another for the same question (Insert)</source>
            <translation>添加区域：保留此区域，并为同一问题再选一个 (Insert)</translation>
        </message>
        <message>
            <source>Add a server</source>
            <translation>添加服务器</translation>
        </message>
        <message>
            <source>Add a variable</source>
            <translation>添加变量</translation>
        </message>
        <message>
            <source>Add an environment variable…</source>
            <translation>添加环境变量…</translation>
        </message>
        <message>
            <source>Add and test</source>
            <translation>添加并测试</translation>
        </message>
        <message>
            <source>Add credit or raise the limit in the console of {name}, or use another key.</source>
            <translation>请在 {name} 的控制台中充值或提高上限，或使用其他密钥。</translation>
        </message>
        <message>
            <source>Add files, folders, pages or conversations</source>
            <translation>添加文件、文件夹、网页或对话</translation>
        </message>
        <message>
            <source>Add it as a folder.</source>
            <translation>请将其作为文件夹添加。</translation>
        </message>
        <message>
            <source>Add it to the question anew.</source>
            <translation>请将其重新添加到问题中。</translation>
        </message>
        <message>
            <source>Add key…</source>
            <translation>添加密钥…</translation>
        </message>
        <message>
            <source>Add no server</source>
            <translation>不添加服务器</translation>
        </message>
        <message>
            <source>Add one in Settings, Keys &amp; models, or with: kireji keys set {provider}</source>
            <translation>请在“设置”的“密钥与模型”中添加，或使用：kireji keys set {provider}</translation>
        </message>
        <message>
            <source>Add one there, then try again.</source>
            <translation>请在那里添加一个，然后重试。</translation>
        </message>
        <message>
            <source>Add server…</source>
            <translation>添加服务器…</translation>
        </message>
        <message>
            <source>Add the page</source>
            <translation>添加网页</translation>
        </message>
        <message>
            <source>Add the picture itself.</source>
            <translation>请添加图片本身。</translation>
        </message>
        <message>
            <source>Add the public key of whoever makes your Kireji to updates.keys in the settings.</source>
            <translation>请在设置的 updates.keys 中添加您的 Kireji 制作者的公钥。</translation>
        </message>
        <message>
            <source>Add this host</source>
            <translation>添加此主机</translation>
        </message>
        <message>
            <source>Add who answers instead</source>
            <translation>添加代为回答者</translation>
        </message>
        <message>
            <source>Added</source>
            <translation>新增</translation>
        </message>
        <message>
            <source>Added {conversations} and {messages}.</source>
            <translation>已添加 {conversations}和 {messages}。</translation>
        </message>
        <message>
            <source>Address</source>
            <translation>地址</translation>
        </message>
        <message>
            <source>Address of another model server</source>
            <translation>另一个模型服务器的地址</translation>
        </message>
        <message>
            <source>Address of another server</source>
            <translation>另一个服务器的地址</translation>
        </message>
        <message>
            <source>Address of the list</source>
            <translation>列表的地址</translation>
        </message>
        <message>
            <source>Address of the proxy</source>
            <translation>代理地址</translation>
        </message>
        <message>
            <source>Address of the server</source>
            <translation>服务器的地址</translation>
        </message>
        <message>
            <source>Address of the web page</source>
            <translation>网页地址</translation>
        </message>
        <message>
            <source>Address to open in a browser</source>
            <translation>要在浏览器中打开的地址</translation>
        </message>
        <message>
            <source>Add…</source>
            <translation>添加…</translation>
        </message>
        <message>
            <source>After</source>
            <translation>之后</translation>
        </message>
        <message numerus="yes">
            <source>After {n} seconds</source>
            <extracomment>After 1 second</extracomment>
            <translation>
                <numerusform>{n} 秒后</numerusform>
            </translation>
        </message>
        <message>
            <source>Again with the same model</source>
            <translation>用同一模型重新回答</translation>
        </message>
        <message>
            <source>Agreement by category</source>
            <translation>各类别的一致情况</translation>
        </message>
        <message>
            <source>All</source>
            <translation>全部</translation>
        </message>
        <message>
            <source>All conversations</source>
            <translation>所有对话</translation>
        </message>
        <message>
            <source>All files</source>
            <translation>所有文件</translation>
        </message>
        <message>
            <source>All files (*)</source>
            <translation>所有文件 (*)</translation>
        </message>
        <message>
            <source>All its tools</source>
            <translation>它的所有工具</translation>
        </message>
        <message>
            <source>All levels of all categories allow: the policy stops nothing.</source>
            <translation>所有类别的所有级别都是允许：此策略不会拦下任何内容。</translation>
        </message>
        <message>
            <source>All other rows have ended, but nobody can tell what became of rows that were sent ({rows}). Say whether they are to be sent again or count as failed.</source>
            <translation>其他各行均已结束，但已发送的行（{rows}）结果不明。请决定重新发送还是计为失败。</translation>
        </message>
        <message>
            <source>All other rows have ended, but nobody can tell what became of {rows} that were sent. Say whether they are to be sent again or count as failed.</source>
            <translation type="vanished">其他各行均已结束，但已发送的 {rows} 行结果不明。请决定重新发送还是计为失败。</translation>
        </message>
        <message>
            <source>All rows</source>
            <translation>所有行</translation>
        </message>
        <message>
            <source>All screens</source>
            <translation>所有屏幕</translation>
        </message>
        <message>
            <source>All that Kireji keeps about you is on this computer. Take it along as one zip file that says itself what is in it, without keys; or delete it, with the keys in the keychain.</source>
            <translation>Kireji 保存的关于您的一切都在本机上。可以导出为一个 zip 文件带走，其中附有内容说明，不含密钥；也可以连同钥匙串中的密钥一起删除。</translation>
        </message>
        <message>
            <source>Allow</source>
            <translation>允许</translation>
        </message>
        <message>
            <source>Allow every call of this tool until the end of</source>
            <translation>允许此工具的每次调用，直到以下日期结束</translation>
        </message>
        <message>
            <source>Allow for a time…</source>
            <translation>允许一段时间…</translation>
        </message>
        <message>
            <source>Allow for this host</source>
            <translation>对此主机允许</translation>
        </message>
        <message>
            <source>Allow for this host…</source>
            <translation>对此主机允许…</translation>
        </message>
        <message>
            <source>Allow in this conversation</source>
            <translation>在此对话中允许</translation>
        </message>
        <message>
            <source>Allow in this conversation…</source>
            <translation>在此对话中允许…</translation>
        </message>
        <message>
            <source>Allow in this folder</source>
            <translation>在此文件夹中允许</translation>
        </message>
        <message>
            <source>Allow in this folder…</source>
            <translation>在此文件夹中允许…</translation>
        </message>
        <message>
            <source>Allow it in System Settings, Privacy &amp; Security, Accessibility; or copy the text, then ask about the clipboard.</source>
            <translation>请在“系统设置”的“隐私与安全性”、“辅助功能”中允许；或者复制文字，然后就剪贴板内容提问。</translation>
        </message>
        <message>
            <source>Allow it in System Settings, Privacy &amp; Security, Screen Recording, then start Kireji again.</source>
            <translation>请在“系统设置”的“隐私与安全性”、“屏幕录制”中允许，然后重新启动 Kireji。</translation>
        </message>
        <message>
            <source>Allow it in System Settings, Privacy &amp; Security, Screen Recording, then start Kireji again; if it is allowed there already, the permission was for an older copy: remove it from that list and add it again.</source>
            <translation>请在“系统设置”的“隐私与安全性”、“屏幕录制”中允许，然后重新启动 Kireji；如果那里已经允许，则该权限属于旧的副本：请从列表中移除后重新添加。</translation>
        </message>
        <message>
            <source>Allow more for context, or begin a new conversation.</source>
            <translation>请为上下文允许更多，或开始新对话。</translation>
        </message>
        <message>
            <source>Allow once</source>
            <translation>允许一次</translation>
        </message>
        <message>
            <source>Allow screenshots for Kireji in the system's privacy settings, or use the desktop's own dialog.</source>
            <translation>请在系统隐私设置中允许 Kireji 截图，或使用桌面自带的对话框。</translation>
        </message>
        <message>
            <source>Allow that in Settings, General, or copy the text and choose Ask about the clipboard.</source>
            <translation>请在“设置”的“常规”中允许，或复制文字后选择“就剪贴板内容提问”。</translation>
        </message>
        <message>
            <source>Allow until a date</source>
            <translation>允许到某个日期</translation>
        </message>
        <message>
            <source>Allow until the end of</source>
            <translation>允许到以下日期结束</translation>
        </message>
        <message>
            <source>Allow writing there, or choose another place.</source>
            <translation>请允许写入该位置，或选择其他位置。</translation>
        </message>
        <message>
            <source>Allow writing to that folder, or choose another one with KIREJI_HOME.</source>
            <translation>请允许写入该文件夹，或用 KIREJI_HOME 选择其他文件夹。</translation>
        </message>
        <message>
            <source>Allowed</source>
            <translation>允许</translation>
        </message>
        <message>
            <source>Also for the questions that follow</source>
            <translation>也用于后面的问题</translation>
        </message>
        <message>
            <source>Also the backups in {folder}</source>
            <translation>同时删除 {folder} 中的备份</translation>
        </message>
        <message>
            <source>Also the keys in the keychain: {names}</source>
            <translation>同时删除钥匙串中的密钥：{names}</translation>
        </message>
        <message>
            <source>Alt + 1 … 9</source>
            <translation>Alt + 1 … 9</translation>
        </message>
        <message>
            <source>Alt + arrow keys</source>
            <translation>Alt + 方向键</translation>
        </message>
        <message>
            <source>Alt text</source>
            <translation>替代文本</translation>
        </message>
        <message>
            <source>Always</source>
            <translation>始终</translation>
        </message>
        <message>
            <source>Always deny this tool</source>
            <translation>始终拒绝此工具</translation>
        </message>
        <message>
            <source>Always use the desktop's own dialog to cut out a region</source>
            <translation>总是使用桌面自带的对话框选取区域</translation>
        </message>
        <message>
            <source>Amber</source>
            <translation>琥珀色</translation>
        </message>
        <message>
            <source>Amount</source>
            <translation>金额</translation>
        </message>
        <message>
            <source>An address</source>
            <translation>一个地址</translation>
        </message>
        <message>
            <source>An address with a name or password in it is not fetched.</source>
            <translation>不会获取含有用户名或密码的地址。</translation>
        </message>
        <message>
            <source>An agent in {folder}.</source>
            <translation>{folder} 中的代理项。</translation>
        </message>
        <message>
            <source>An answer ends before the first of them.</source>
            <translation>回答会在第一次出现它们之前结束。</translation>
        </message>
        <message>
            <source>An answer is being written in this branch.</source>
            <translation>此分支中正在写回答。</translation>
        </message>
        <message>
            <source>An answer is on its way. Ask this when it is there, or stop it.</source>
            <translation>有一条回答正在途中。请等它到达后再提问，或停止它。</translation>
        </message>
        <message>
            <source>An entry in {folder}.</source>
            <translation>{folder} 中的启动项。</translation>
        </message>
        <message>
            <source>An export of everything is one zip file.</source>
            <translation>导出的全部数据是一个 zip 文件。</translation>
        </message>
        <message>
            <source>And {count} more.</source>
            <translation>还有 {count} 个。</translation>
        </message>
        <message>
            <source>And {more} more.</source>
            <translation>还有 {more} 个。</translation>
        </message>
        <message>
            <source>Another Kireji still uses {path}, so nothing was deleted.</source>
            <translation>另一个 Kireji 仍在使用 {path}，因此没有删除任何内容。</translation>
        </message>
        <message>
            <source>Another answer would pass the limit of ${max_cost} (${cost} are spent), so the region is not watched any more. Begin again with a higher limit.</source>
            <translation>再回答一次会超过 ${max_cost} 的上限（已用 ${cost}），因此不再监视该区域。请提高上限后重新开始。</translation>
        </message>
        <message>
            <source>Another file…</source>
            <translation>其他文件…</translation>
        </message>
        <message>
            <source>Another folder…</source>
            <translation>其他文件夹…</translation>
        </message>
        <message>
            <source>Another host</source>
            <translation>其他主机</translation>
        </message>
        <message>
            <source>Another language shows from the next start on.</source>
            <translation>更改语言将在下次启动时生效。</translation>
        </message>
        <message>
            <source>Another model reads {tokens} tokens anew{price}.</source>
            <translation>换用其他模型要重新读取 {tokens} 个 token{price}。</translation>
        </message>
        <message>
            <source>Another program keeps {path} locked.</source>
            <translation>其他程序锁定了 {path}。</translation>
        </message>
        <message>
            <source>Another program uses the shortcut. Choose another in Settings, Shortcuts.</source>
            <translation>其他程序占用了该快捷键。请在“设置”的“快捷键”中另选一个。</translation>
        </message>
        <message>
            <source>Another program uses these keys. Choose others.</source>
            <translation>其他程序占用了这些按键。请选择其他按键。</translation>
        </message>
        <message>
            <source>Another running Kireji writes this answer.</source>
            <translation>另一个正在运行的 Kireji 正在写这条回答。</translation>
        </message>
        <message>
            <source>Another service reads all of it: {tokens} tokens{price}.</source>
            <translation>换用其他服务要读取全部内容：{tokens} 个 token{price}。</translation>
        </message>
        <message>
            <source>Another window or command line may have been quicker; look at it again.</source>
            <translation>可能已有其他窗口或命令行先行处理；请再次查看。</translation>
        </message>
        <message>
            <source>Answer</source>
            <translation>回答</translation>
        </message>
        <message>
            <source>Answer again</source>
            <translation>重新回答</translation>
        </message>
        <message>
            <source>Answer by {model}</source>
            <translation>{model} 的回答</translation>
        </message>
        <message>
            <source>Answer finished.</source>
            <translation>回答完成。</translation>
        </message>
        <message>
            <source>Answer in English.</source>
            <translation>请用简体中文回答。</translation>
        </message>
        <message>
            <source>Answer in one word.</source>
            <translation>请用一个词回答。</translation>
        </message>
        <message>
            <source>Answer in {title}: {words}</source>
            <translation>{title} 中的回答：{words}</translation>
        </message>
        <message>
            <source>Answer ready</source>
            <translation>回答已完成</translation>
        </message>
        <message>
            <source>Answers</source>
            <translation>回答</translation>
        </message>
        <message>
            <source>Answers and questions</source>
            <translation>回答和问题</translation>
        </message>
        <message>
            <source>Answers as a table</source>
            <translation>以表格形式回答</translation>
        </message>
        <message>
            <source>Answers come at once; several rows are asked at the same time.</source>
            <translation>立即得到回答；多行同时提问。</translation>
        </message>
        <message>
            <source>Answers from a model</source>
            <translation>由模型回答</translation>
        </message>
        <message>
            <source>Anthropic or OpenRouter</source>
            <translation>Anthropic 或 OpenRouter</translation>
        </message>
        <message>
            <source>Appearance</source>
            <translation>外观</translation>
        </message>
        <message>
            <source>Archive</source>
            <translation>归档</translation>
        </message>
        <message numerus="yes">
            <source>Archive {n} conversations</source>
            <extracomment>Archive</extracomment>
            <translation>
                <numerusform>归档 {n} 个对话</numerusform>
            </translation>
        </message>
        <message>
            <source>Archived</source>
            <translation>已归档</translation>
        </message>
        <message>
            <source>Archived and deleted</source>
            <translation type="vanished">已归档和已删除</translation>
        </message>
        <message numerus="yes">
            <source>Archived {n} conversations</source>
            <extracomment>Archived 1 conversation</extracomment>
            <translation>
                <numerusform>已归档 {n} 个对话</numerusform>
            </translation>
        </message>
        <message>
            <source>Archived “{title}”</source>
            <translation>已归档“{title}”</translation>
        </message>
        <message>
            <source>Archives and JSON (*.zip *.json *.db)</source>
            <translation>压缩包和 JSON (*.zip *.json *.db)</translation>
        </message>
        <message>
            <source>Arrow keys</source>
            <translation>方向键</translation>
        </message>
        <message>
            <source>Arrow keys and Enter</source>
            <translation>方向键和 Enter</translation>
        </message>
        <message>
            <source>Arrow keys move, plus and minus zoom, Ctrl+C copies, Ctrl+S saves, Esc closes, the menu key shows more.</source>
            <translation>方向键移动，加号和减号缩放，Ctrl+C 复制，Ctrl+S 保存，Esc 关闭，菜单键显示更多。</translation>
        </message>
        <message>
            <source>Arrow keys, Space</source>
            <translation>方向键、空格</translation>
        </message>
        <message>
            <source>Arrow keys: first corner</source>
            <translation>方向键：第一个角</translation>
        </message>
        <message>
            <source>Arrow keys: second corner</source>
            <translation>方向键：第二个角</translation>
        </message>
        <message>
            <source>Arrow keys: the one beside</source>
            <translation>方向键：旁边的窗口</translation>
        </message>
        <message>
            <source>Arrow, box, pen, text, number, redact; from the question with Alt</source>
            <translation>箭头、方框、画笔、文字、编号、涂黑；在问题框中加 Alt</translation>
        </message>
        <message>
            <source>As a table</source>
            <translation>提取为表格</translation>
        </message>
        <message>
            <source>As fields</source>
            <translation>提取为字段</translation>
        </message>
        <message>
            <source>As in the file</source>
            <translation>与文件中相同</translation>
        </message>
        <message>
            <source>As in the settings</source>
            <translation>与设置中相同</translation>
        </message>
        <message>
            <source>As it is now</source>
            <translation>现在的样子</translation>
        </message>
        <message>
            <source>As it was</source>
            <translation>之前的样子</translation>
        </message>
        <message>
            <source>As it would leave</source>
            <translation>发送时的样子</translation>
        </message>
        <message>
            <source>As table</source>
            <translation type="vanished">提取为表格</translation>
        </message>
        <message>
            <source>As the policy says: it is found in “{title}”.</source>
            <translation>与策略一致：判定属于“{title}”。</translation>
        </message>
        <message>
            <source>As the policy says: it is not found in “{title}”.</source>
            <translation>与策略一致：没有判定属于“{title}”。</translation>
        </message>
        <message>
            <source>As the system has it</source>
            <translation>跟随系统</translation>
        </message>
        <message>
            <source>Ask</source>
            <translation>提问</translation>
        </message>
        <message>
            <source>Ask a cheaper model or for a shorter answer, or raise the budget in Settings, Spending, or with: kireji budget --{period} USD</source>
            <translation>请询问更便宜的模型或要求更短的回答，或提高预算：在“设置”的“花费”中，或使用 kireji budget --{period} USD</translation>
        </message>
        <message>
            <source>Ask a follow-up…</source>
            <translation>追问…</translation>
        </message>
        <message>
            <source>Ask a model that reads PDF documents.</source>
            <translation>请询问能读取 PDF 文档的模型。</translation>
        </message>
        <message>
            <source>Ask about selected text by copying it</source>
            <translation>通过复制来就选中文字提问</translation>
        </message>
        <message>
            <source>Ask about the clipboard</source>
            <translation>就剪贴板内容提问</translation>
        </message>
        <message>
            <source>Ask about the selected text</source>
            <translation>就选中文字提问</translation>
        </message>
        <message>
            <source>Ask about the selection</source>
            <translation>就选区提问</translation>
        </message>
        <message>
            <source>Ask about this…</source>
            <translation>就此提问…</translation>
        </message>
        <message>
            <source>Ask about this…  (⏎ {question}  Page Up: earlier questions)</source>
            <translation>就此提问…  (⏎ {question}  Page Up：之前的问题)</translation>
        </message>
        <message>
            <source>Ask about this…  (⏎ {question})</source>
            <translation>就此提问…  (⏎ {question})</translation>
        </message>
        <message>
            <source>Ask again</source>
            <translation>重新提问</translation>
        </message>
        <message>
            <source>Ask again in a moment.</source>
            <translation>请稍后重新提问。</translation>
        </message>
        <message>
            <source>Ask again in a new conversation.</source>
            <translation>请在新对话中重新提问。</translation>
        </message>
        <message>
            <source>Ask again in {minutes} minutes.</source>
            <translation>请在 {minutes} 分钟后重新提问。</translation>
        </message>
        <message>
            <source>Ask again in {seconds} seconds.</source>
            <translation>请在 {seconds} 秒后重新提问。</translation>
        </message>
        <message>
            <source>Ask again, or choose another model.</source>
            <translation>请重新提问，或选择其他模型。</translation>
        </message>
        <message>
            <source>Ask again, send it as it is (--no-redact), or switch hiding off in the settings.</source>
            <translation>请重新提问，或原样发送 (--no-redact)，或在设置中关闭隐藏。</translation>
        </message>
        <message>
            <source>Ask again.</source>
            <translation>请重新提问。</translation>
        </message>
        <message>
            <source>Ask again; if it happens again, check the address in Settings, Keys &amp; models, and the proxy settings.</source>
            <translation>请重新提问；如果再次出现，请检查“设置”的“密钥与模型”中的地址和代理设置。</translation>
        </message>
        <message>
            <source>Ask again; the log says more.</source>
            <translation>请重新提问；详情见日志。</translation>
        </message>
        <message>
            <source>Ask another provider.</source>
            <translation>请向其他服务商提问。</translation>
        </message>
        <message>
            <source>Ask anything, or capture a piece of the screen…</source>
            <translation>随意提问，或截取屏幕的一部分…</translation>
        </message>
        <message>
            <source>Ask first</source>
            <translation>先询问</translation>
        </message>
        <message>
            <source>Ask for a table, fields, a verdict and the like</source>
            <translation>要求给出表格、字段、判定等</translation>
        </message>
        <message>
            <source>Ask for fewer at once.</source>
            <translation>请一次少要一些。</translation>
        </message>
        <message>
            <source>Ask for fewer values at once.</source>
            <translation>请一次少要一些值。</translation>
        </message>
        <message>
            <source>Ask for less at once, or choose a model that reads more.</source>
            <translation>请一次少问一些，或选择能读取更多内容的模型。</translation>
        </message>
        <message>
            <source>Ask for one first: kireji updates check</source>
            <translation>请先获取列表：kireji updates check</translation>
        </message>
        <message>
            <source>Ask my own question</source>
            <translation>提出我自己的问题</translation>
        </message>
        <message>
            <source>Ask now</source>
            <translation>立即提问</translation>
        </message>
        <message>
            <source>Ask now, or run the job at Anthropic.</source>
            <translation>请现在提问，或在 Anthropic 运行任务。</translation>
        </message>
        <message>
            <source>Ask question {place} now: {words}</source>
            <translation>立即提出第 {place} 个问题：{words}</translation>
        </message>
        <message>
            <source>Ask something first.</source>
            <translation>请先提问。</translation>
        </message>
        <message>
            <source>Ask the desktop again</source>
            <translation>再次请求桌面</translation>
        </message>
        <message>
            <source>Ask the same question again</source>
            <translation>再次提出同一问题</translation>
        </message>
        <message>
            <source>Ask this at once</source>
            <translation>立即提此问题</translation>
        </message>
        <message>
            <source>Ask this when the answer is complete</source>
            <translation>回答完成后提问</translation>
        </message>
        <message>
            <source>Ask ⏎</source>
            <translation>提问 ⏎</translation>
        </message>
        <message>
            <source>Asked</source>
            <translation>提问</translation>
        </message>
        <message>
            <source>Asked at the same time, one by one</source>
            <translation>逐行提问时，同时进行</translation>
        </message>
        <message numerus="yes">
            <source>Asked one after the other when this answer is done:</source>
            <extracomment>Asked when this answer is done:</extracomment>
            <translation>
                <numerusform>此回答完成后依次提问：</numerusform>
            </translation>
        </message>
        <message>
            <source>Asked with</source>
            <translation>请求内容</translation>
        </message>
        <message>
            <source>Asking one row…</source>
            <translation>正在提问一行…</translation>
        </message>
        <message>
            <source>At most</source>
            <translation>最多</translation>
        </message>
        <message>
            <source>At most {most} pictures are judged together.</source>
            <translation>最多可一起判定 {most} 张图片。</translation>
        </message>
        <message>
            <source>At most {most} pictures can be taken together; these are {count}.</source>
            <translation>最多可一起处理 {most} 张图片；这里有 {count} 张。</translation>
        </message>
        <message>
            <source>Attach files or pictures</source>
            <translation>附加文件或图片</translation>
        </message>
        <message>
            <source>Attach text, a PDF or pictures.</source>
            <translation>请附加文字、PDF 或图片。</translation>
        </message>
        <message>
            <source>Attach the part of it that matters.</source>
            <translation>请附加其中重要的部分。</translation>
        </message>
        <message>
            <source>Attach the part that matters.</source>
            <translation>请附加其中重要的部分。</translation>
        </message>
        <message>
            <source>Attached files and pictures</source>
            <translation type="vanished">附加的文件和图片</translation>
        </message>
        <message>
            <source>Back</source>
            <translation>返回</translation>
        </message>
        <message>
            <source>Back to the conversation</source>
            <translation>返回对话</translation>
        </message>
        <message>
            <source>Back to the jobs</source>
            <translation>返回任务</translation>
        </message>
        <message>
            <source>Back to the list of rows</source>
            <translation>返回行列表</translation>
        </message>
        <message>
            <source>Back to the results</source>
            <translation>返回结果</translation>
        </message>
        <message>
            <source>Back to the results of the job</source>
            <translation>返回任务的结果</translation>
        </message>
        <message>
            <source>Back up every day</source>
            <translation>每天备份</translation>
        </message>
        <message>
            <source>Back up now</source>
            <translation>立即备份</translation>
        </message>
        <message>
            <source>Backed up to {path}.</source>
            <translation>已备份到 {path}。</translation>
        </message>
        <message>
            <source>Backup and restore</source>
            <translation>备份与恢复</translation>
        </message>
        <message>
            <source>Backups</source>
            <translation>备份</translation>
        </message>
        <message>
            <source>Bank account</source>
            <translation>银行账号</translation>
        </message>
        <message>
            <source>Bank accounts</source>
            <translation>银行账号</translation>
        </message>
        <message>
            <source>Batch service: half price, within a day</source>
            <translation>批处理服务：半价，一天之内</translation>
        </message>
        <message>
            <source>Batch service: {percent} % of the price, within a day</source>
            <translation>批处理服务：价格的 {percent} %，一天之内</translation>
        </message>
        <message>
            <source>Batch {batch} is {state} now.</source>
            <translation>批次 {batch} 现在是 {state}。</translation>
        </message>
        <message>
            <source>Batches know no “{what}”.</source>
            <translation>批处理不支持“{what}”。</translation>
        </message>
        <message>
            <source>Before</source>
            <translation>之前</translation>
        </message>
        <message>
            <source>Begin no policy</source>
            <translation>不新建策略</translation>
        </message>
        <message>
            <source>Begins as</source>
            <translation>起始内容</translation>
        </message>
        <message>
            <source>Being looked through…</source>
            <translation>正在检查…</translation>
        </message>
        <message>
            <source>Being read…</source>
            <translation>正在读取…</translation>
        </message>
        <message>
            <source>Believed when it is signed by the key {keys}, which came with this program.</source>
            <translation>只有由本程序自带的密钥 {keys} 签名的列表才可信。</translation>
        </message>
        <message>
            <source>Believed when it is signed by the key {keys}.</source>
            <translation>只有由密钥 {keys} 签名的列表才可信。</translation>
        </message>
        <message>
            <source>Belongs there</source>
            <translation>属于此类</translation>
        </message>
        <message>
            <source>Bind the command 'kireji capture' to a key in your desktop's own keyboard settings; Settings, Shortcuts has it in full.</source>
            <translation>请在桌面的键盘设置中把命令 'kireji capture' 绑定到一个按键；完整命令见“设置”的“快捷键”。</translation>
        </message>
        <message>
            <source>Black out</source>
            <translation>涂黑</translation>
        </message>
        <message>
            <source>Block</source>
            <translation>拦截</translation>
        </message>
        <message>
            <source>Blocked</source>
            <translation>拦截</translation>
        </message>
        <message>
            <source>Blue</source>
            <translation>蓝色</translation>
        </message>
        <message>
            <source>Both</source>
            <translation>两者</translation>
        </message>
        <message>
            <source>Branch before this one, at the last fork</source>
            <translation>最近分叉处的上一个分支</translation>
        </message>
        <message>
            <source>Branch behind it</source>
            <translation>下一个分支</translation>
        </message>
        <message>
            <source>Branch {place} / {count}</source>
            <translation>分支 {place} / {count}</translation>
        </message>
        <message>
            <source>Branch {place} of {count}. Show another</source>
            <translation>分支 {place}，共 {count} 个。显示另一个</translation>
        </message>
        <message>
            <source>Bring back what you deleted</source>
            <translation>找回已删除的内容</translation>
        </message>
        <message numerus="yes">
            <source>Bring back {n} that you deleted</source>
            <extracomment>Bring back 1 that you deleted</extracomment>
            <translation>
                <numerusform>找回已删除的 {n} 个</numerusform>
            </translation>
        </message>
        <message>
            <source>Budget of one conversation, in US dollars</source>
            <translation>单个对话的预算（美元）</translation>
        </message>
        <message>
            <source>Budget of one day, in US dollars</source>
            <translation>每天的预算（美元）</translation>
        </message>
        <message>
            <source>Budget of one month, in US dollars</source>
            <translation>每月的预算（美元）</translation>
        </message>
        <message>
            <source>Budgets</source>
            <translation>预算</translation>
        </message>
        <message>
            <source>Build</source>
            <translation>构建</translation>
        </message>
        <message>
            <source>Built in</source>
            <translation>内置</translation>
        </message>
        <message>
            <source>By model, this month</source>
            <translation>按模型，本月</translation>
        </message>
        <message>
            <source>By rule</source>
            <translation>按规则</translation>
        </message>
        <message>
            <source>By rule: it only computes</source>
            <translation>按规则：它只进行计算</translation>
        </message>
        <message>
            <source>By rule: you had allowed it</source>
            <translation>按规则：您已允许</translation>
        </message>
        <message>
            <source>By rule: you had denied it</source>
            <translation>按规则：您已拒绝</translation>
        </message>
        <message>
            <source>CSV</source>
            <translation>CSV</translation>
        </message>
        <message>
            <source>Cache</source>
            <translation>缓存</translation>
        </message>
        <message>
            <source>Calculate</source>
            <translation>计算</translation>
        </message>
        <message>
            <source>Calculates exactly, also with functions such as sqrt, log, round and mean.</source>
            <translation>精确计算，也支持 sqrt、log、round 和 mean 等函数。</translation>
        </message>
        <message>
            <source>Calculator</source>
            <translation>计算器</translation>
        </message>
        <message>
            <source>Call of a tool</source>
            <translation>工具调用</translation>
        </message>
        <message>
            <source>Call of a tool server</source>
            <translation>工具服务器调用</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>取消</translation>
        </message>
        <message>
            <source>Cancel it first and wait until that is confirmed.</source>
            <translation>请先取消它，并等待确认。</translation>
        </message>
        <message>
            <source>Cancel the job</source>
            <translation>取消任务</translation>
        </message>
        <message>
            <source>Cancel these jobs</source>
            <translation>取消这些任务</translation>
        </message>
        <message>
            <source>Cancel {name}</source>
            <translation>取消 {name}</translation>
        </message>
        <message>
            <source>Cancel “{job}”?</source>
            <translation>取消“{job}”？</translation>
        </message>
        <message>
            <source>Cannot be read as a date</source>
            <translation>无法读作日期</translation>
        </message>
        <message>
            <source>Cannot be read as a number</source>
            <translation>无法读作数字</translation>
        </message>
        <message>
            <source>Cannot be read as a text</source>
            <translation>无法读作文字</translation>
        </message>
        <message>
            <source>Cannot be read as an amount</source>
            <translation>无法读作金额</translation>
        </message>
        <message>
            <source>Capture</source>
            <translation>截取</translation>
        </message>
        <message>
            <source>Capture &amp; ask</source>
            <translation>截取并提问</translation>
        </message>
        <message>
            <source>Capture a window</source>
            <translation>截取窗口</translation>
        </message>
        <message>
            <source>Capture after a delay</source>
            <translation>延迟后截取</translation>
        </message>
        <message>
            <source>Capture all screens</source>
            <translation>截取所有屏幕</translation>
        </message>
        <message>
            <source>Capture and ask</source>
            <translation>截取并提问</translation>
        </message>
        <message>
            <source>Capture it again, or ask without it in a new conversation.</source>
            <translation>请重新截取，或在新对话中不带它提问。</translation>
        </message>
        <message>
            <source>Capture it anew.</source>
            <translation>请重新截取。</translation>
        </message>
        <message>
            <source>Capture something first, or name a folder.</source>
            <translation>请先截取一些内容，或指定文件夹。</translation>
        </message>
        <message>
            <source>Capture the same region again</source>
            <translation>再次截取同一区域</translation>
        </message>
        <message>
            <source>Capture the screen</source>
            <translation>截取屏幕</translation>
        </message>
        <message>
            <source>Capture this screen</source>
            <translation>截取此屏幕</translation>
        </message>
        <message>
            <source>Capture with the button, the tray menu or the command “{command}”.</source>
            <translation>请用按钮、托盘菜单或命令“{command}”截取。</translation>
        </message>
        <message>
            <source>Capture {number}</source>
            <translation>截图 {number}</translation>
        </message>
        <message>
            <source>Capturing soon</source>
            <translation>即将截取</translation>
        </message>
        <message>
            <source>Card</source>
            <translation>银行卡</translation>
        </message>
        <message>
            <source>Category</source>
            <translation>类别</translation>
        </message>
        <message>
            <source>Certificates (*.pem *.crt *.cer)</source>
            <translation>证书 (*.pem *.crt *.cer)</translation>
        </message>
        <message>
            <source>Change</source>
            <translation>更改</translation>
        </message>
        <message>
            <source>Change budget</source>
            <translation>更改预算</translation>
        </message>
        <message>
            <source>Change it and ask again.</source>
            <translation>请更改后重新提问。</translation>
        </message>
        <message>
            <source>Change it, or switch hiding off in the settings.</source>
            <translation>请更改它，或在设置中关闭隐藏。</translation>
        </message>
        <message>
            <source>Change the budgets in the settings</source>
            <translation>在设置中更改预算</translation>
        </message>
        <message>
            <source>Change the budgets…</source>
            <translation>更改预算…</translation>
        </message>
        <message>
            <source>Change the folder of backups</source>
            <translation>更改备份文件夹</translation>
        </message>
        <message>
            <source>Change the instructions</source>
            <translation>更改指令</translation>
        </message>
        <message>
            <source>Change the question or the model, or start a new conversation.</source>
            <translation>请更改问题或模型，或开始新对话。</translation>
        </message>
        <message>
            <source>Change the question, or choose another model.</source>
            <translation>请更改问题，或选择其他模型。</translation>
        </message>
        <message>
            <source>Change the question, or the account's rules at {name}.</source>
            <translation>请更改问题，或 {name} 账户的规则。</translation>
        </message>
        <message>
            <source>Change the rule in the privacy settings.</source>
            <translation>请在隐私设置中更改该规则。</translation>
        </message>
        <message>
            <source>Changed</source>
            <translation>已变化</translation>
        </message>
        <message>
            <source>Changes</source>
            <translation>变化</translation>
        </message>
        <message>
            <source>Change…</source>
            <translation>更改…</translation>
        </message>
        <message>
            <source>Check</source>
            <translation>检查</translation>
        </message>
        <message>
            <source>Check against a policy</source>
            <translation>按策略检查</translation>
        </message>
        <message>
            <source>Check and start</source>
            <translation>检查并开始</translation>
        </message>
        <message>
            <source>Check and start…</source>
            <translation>检查并开始…</translation>
        </message>
        <message>
            <source>Check before sharing</source>
            <translation>分享前检查</translation>
        </message>
        <message>
            <source>Check for a newer version now</source>
            <translation>立即检查新版本</translation>
        </message>
        <message>
            <source>Check it and try again.</source>
            <translation>请检查后重试。</translation>
        </message>
        <message>
            <source>Check its billing in the console of {name}, or use another key.</source>
            <translation>请在 {name} 的控制台检查账单，或使用其他密钥。</translation>
        </message>
        <message>
            <source>Check its name.</source>
            <translation>请检查其名称。</translation>
        </message>
        <message>
            <source>Check its permissions.</source>
            <translation>请检查其权限。</translation>
        </message>
        <message>
            <source>Check now</source>
            <translation>立即检查</translation>
        </message>
        <message>
            <source>Check that nothing in the ledger was changed, removed or added</source>
            <translation>检查台账中没有任何内容被更改、移除或添加</translation>
        </message>
        <message>
            <source>Check that only the key was pasted.</source>
            <translation>请检查是否只粘贴了密钥。</translation>
        </message>
        <message>
            <source>Check that the command starts a server over stdio.</source>
            <translation>请检查该命令是否启动一个使用 stdio 的服务器。</translation>
        </message>
        <message>
            <source>Check that the desktop is running.</source>
            <translation>请检查桌面是否正在运行。</translation>
        </message>
        <message>
            <source>Check the address and the network.</source>
            <translation>请检查地址和网络。</translation>
        </message>
        <message>
            <source>Check the address and the settings of the network.</source>
            <translation>请检查地址和网络设置。</translation>
        </message>
        <message>
            <source>Check the address in Settings, Keys &amp; models</source>
            <translation>请检查“设置”的“密钥与模型”中的地址</translation>
        </message>
        <message>
            <source>Check the address in Settings, Keys &amp; models, and the proxy settings.</source>
            <translation>请检查“设置”的“密钥与模型”中的地址和代理设置。</translation>
        </message>
        <message>
            <source>Check the address in Settings, Keys &amp; models, or in OPENAI_BASE_URL</source>
            <translation>请检查“设置”的“密钥与模型”或 OPENAI_BASE_URL 中的地址</translation>
        </message>
        <message>
            <source>Check the address in Settings, Keys &amp; models.</source>
            <translation>请检查“设置”的“密钥与模型”中的地址。</translation>
        </message>
        <message>
            <source>Check the address in a browser.</source>
            <translation>请在浏览器中检查该地址。</translation>
        </message>
        <message>
            <source>Check the address in {variable}</source>
            <translation>请检查 {variable} 中的地址</translation>
        </message>
        <message>
            <source>Check the address of updates.</source>
            <translation>请检查更新地址。</translation>
        </message>
        <message>
            <source>Check the address, or ask again.</source>
            <translation>请检查地址，或重新提问。</translation>
        </message>
        <message>
            <source>Check the address, or save the picture and drop the file here.</source>
            <translation>请检查地址，或保存图片后将文件拖到这里。</translation>
        </message>
        <message>
            <source>Check the address; most end with /mcp.</source>
            <translation>请检查地址；大多以 /mcp 结尾。</translation>
        </message>
        <message>
            <source>Check the clock of this computer; if it is right, only the service can help.</source>
            <translation>请检查本机的时钟；如果时钟无误，只有服务方能解决。</translation>
        </message>
        <message>
            <source>Check the command and that the program is installed.</source>
            <translation>请检查命令，以及程序是否已安装。</translation>
        </message>
        <message>
            <source>Check the disk and the folder, then try again; nothing was deleted.</source>
            <translation>请检查磁盘和文件夹，然后重试；没有删除任何内容。</translation>
        </message>
        <message>
            <source>Check the disk. Earlier backups are still there.</source>
            <translation>请检查磁盘。之前的备份仍在。</translation>
        </message>
        <message>
            <source>Check the file and its folder.</source>
            <translation>请检查文件及其文件夹。</translation>
        </message>
        <message>
            <source>Check the ledger</source>
            <translation>检查台账</translation>
        </message>
        <message>
            <source>Check the name after --policy.</source>
            <translation>请检查 --policy 之后的名称。</translation>
        </message>
        <message>
            <source>Check the name after --schema.</source>
            <translation>请检查 --schema 之后的名称。</translation>
        </message>
        <message>
            <source>Check the name.</source>
            <translation>请检查名称。</translation>
        </message>
        <message>
            <source>Check the name; prompts are imported from a .md or .zip file.</source>
            <translation>请检查名称；快捷提问从 .md 或 .zip 文件导入。</translation>
        </message>
        <message>
            <source>Check the network</source>
            <translation>请检查网络</translation>
        </message>
        <message>
            <source>Check the network, then try again.</source>
            <translation>请检查网络，然后重试。</translation>
        </message>
        <message>
            <source>Check the setting network.proxy, HTTPS_PROXY or the proxy settings of the system.</source>
            <translation>请检查设置 network.proxy、HTTPS_PROXY 或系统的代理设置。</translation>
        </message>
        <message>
            <source>Check the space on the disk and who may write there.</source>
            <translation>请检查磁盘空间，以及谁可以在那里写入。</translation>
        </message>
        <message>
            <source>Check this computer's clock. If it is right, do not trust that address.</source>
            <translation>请检查本机的时钟。如果时钟无误，请不要信任该地址。</translation>
        </message>
        <message>
            <source>Check who may read it.</source>
            <translation>请检查谁可以读取它。</translation>
        </message>
        <message>
            <source>Check with a policy</source>
            <translation>按策略检查</translation>
        </message>
        <message>
            <source>Checking…</source>
            <translation>正在核验…</translation>
        </message>
        <message>
            <source>Check…</source>
            <translation>检查…</translation>
        </message>
        <message>
            <source>Choice</source>
            <translation>选项</translation>
        </message>
        <message>
            <source>Choices</source>
            <translation>选项</translation>
        </message>
        <message>
            <source>Choices, with commas between them</source>
            <translation>选项，以英文逗号分隔</translation>
        </message>
        <message>
            <source>Choose a backup</source>
            <translation>选择备份</translation>
        </message>
        <message>
            <source>Choose a file of certificates</source>
            <translation>选择证书文件</translation>
        </message>
        <message>
            <source>Choose a file with servers</source>
            <translation>选择含有服务器的文件</translation>
        </message>
        <message>
            <source>Choose a file.</source>
            <translation>请选择文件。</translation>
        </message>
        <message>
            <source>Choose a file…</source>
            <translation>选择文件…</translation>
        </message>
        <message>
            <source>Choose a folder for backups</source>
            <translation>选择备份文件夹</translation>
        </message>
        <message>
            <source>Choose a folder in which files may be read</source>
            <translation>选择可以读取其中文件的文件夹</translation>
        </message>
        <message>
            <source>Choose a folder with a shorter one with KIREJI_HOME.</source>
            <translation>请用 KIREJI_HOME 选择路径较短的文件夹。</translation>
        </message>
        <message>
            <source>Choose a folder.</source>
            <translation>请选择文件夹。</translation>
        </message>
        <message>
            <source>Choose a folder…</source>
            <translation>选择文件夹…</translation>
        </message>
        <message>
            <source>Choose a labelled set</source>
            <translation>选择标注集</translation>
        </message>
        <message>
            <source>Choose a labelled set of your own</source>
            <translation>选择您自己的标注集</translation>
        </message>
        <message>
            <source>Choose a model</source>
            <translation>选择模型</translation>
        </message>
        <message>
            <source>Choose a model that can, or leave the picture out.</source>
            <translation>请选择能看图片的模型，或去掉图片。</translation>
        </message>
        <message>
            <source>Choose a model that can.</source>
            <translation>请选择能看图片的模型。</translation>
        </message>
        <message>
            <source>Choose a model.</source>
            <translation>请选择模型。</translation>
        </message>
        <message>
            <source>Choose a name such as prompts.zip.</source>
            <translation>请选择类似 prompts.zip 的名称。</translation>
        </message>
        <message>
            <source>Choose a picture</source>
            <translation>选择图片</translation>
        </message>
        <message>
            <source>Choose a policy.</source>
            <translation>请选择策略。</translation>
        </message>
        <message>
            <source>Choose a region with words that can be read.</source>
            <translation>请选取含有可识别文字的区域。</translation>
        </message>
        <message>
            <source>Choose a shorter one.</source>
            <translation>请选择较短的。</translation>
        </message>
        <message>
            <source>Choose a smaller region, or another model.</source>
            <translation>请选取较小的区域，或选择其他模型。</translation>
        </message>
        <message>
            <source>Choose an export</source>
            <translation>选择导出文件</translation>
        </message>
        <message>
            <source>Choose another file.</source>
            <translation>请选择其他文件。</translation>
        </message>
        <message>
            <source>Choose another folder.</source>
            <translation>请选择其他文件夹。</translation>
        </message>
        <message>
            <source>Choose another model in Settings, Keys &amp; models.</source>
            <translation>请在“设置”的“密钥与模型”中选择其他模型。</translation>
        </message>
        <message>
            <source>Choose another model, or another picture.</source>
            <translation>请选择其他模型，或其他图片。</translation>
        </message>
        <message>
            <source>Choose another model, or begin again with: kireji watch --yes</source>
            <translation>请选择其他模型，或重新开始：kireji watch --yes</translation>
        </message>
        <message>
            <source>Choose another model, or change the settings under openrouter.</source>
            <translation>请选择其他模型，或更改 openrouter 下的设置。</translation>
        </message>
        <message>
            <source>Choose another model, or paste the document's text.</source>
            <translation>请选择其他模型，或粘贴文档的文字。</translation>
        </message>
        <message>
            <source>Choose another model, or set openrouter.data_collection to "allow" if requests may be kept.</source>
            <translation>请选择其他模型；如果允许保留请求，请将 openrouter.data_collection 设为 "allow"。</translation>
        </message>
        <message>
            <source>Choose another model, or use a key with more permissions in Settings, Keys &amp; models.</source>
            <translation>请选择其他模型，或在“设置”的“密钥与模型”中使用权限更多的密钥。</translation>
        </message>
        <message>
            <source>Choose another model.</source>
            <translation>请选择其他模型。</translation>
        </message>
        <message>
            <source>Choose another model; the regions are marked all the same.</source>
            <translation>请选择其他模型；区域仍会标出。</translation>
        </message>
        <message>
            <source>Choose another name, or allow it to be overwritten.</source>
            <translation>请选择其他名称，或允许覆盖。</translation>
        </message>
        <message>
            <source>Choose another name, or remove that one first.</source>
            <translation>请选择其他名称，或先移除那一个。</translation>
        </message>
        <message>
            <source>Choose another name.</source>
            <translation>请选择其他名称。</translation>
        </message>
        <message>
            <source>Choose another place.</source>
            <translation>请选择其他位置。</translation>
        </message>
        <message>
            <source>Choose another shortcut in Settings.</source>
            <translation>请在设置中选择其他快捷键。</translation>
        </message>
        <message>
            <source>Choose another, or allow reading it.</source>
            <translation>请另选一个，或允许读取。</translation>
        </message>
        <message>
            <source>Choose another.</source>
            <translation>请另选一个。</translation>
        </message>
        <message>
            <source>Choose file…</source>
            <translation>选择文件…</translation>
        </message>
        <message>
            <source>Choose one in Settings, Keys &amp; models.</source>
            <translation>请在“设置”的“密钥与模型”中选择一个。</translation>
        </message>
        <message>
            <source>Choose one of these: {choices}.</source>
            <translation>请从以下选项中选择：{choices}。</translation>
        </message>
        <message>
            <source>Choose one within {width} x {height} pixels.</source>
            <translation>请在 {width} x {height} 像素之内选择。</translation>
        </message>
        <message>
            <source>Choose other keys</source>
            <translation>选择其他按键</translation>
        </message>
        <message>
            <source>Choose picture…</source>
            <translation>选择图片…</translation>
        </message>
        <message>
            <source>Choose text, a PDF or a picture.</source>
            <translation>请选择文字、PDF 或图片。</translation>
        </message>
        <message>
            <source>Choose the files in it.</source>
            <translation type="vanished">请选择其中的文件。</translation>
        </message>
        <message>
            <source>Choose the folder of a backup</source>
            <translation>选择备份所在文件夹</translation>
        </message>
        <message>
            <source>Choose the folder of an export</source>
            <translation>选择导出文件夹</translation>
        </message>
        <message>
            <source>Choose the model</source>
            <translation>选择模型</translation>
        </message>
        <message>
            <source>Choose the tools that are offered</source>
            <translation>选择要提供的工具</translation>
        </message>
        <message>
            <source>Choose what goes along</source>
            <translation>选择一并发送的内容</translation>
        </message>
        <message>
            <source>Choose what is asked about first.</source>
            <translation>请先选择提问内容。</translation>
        </message>
        <message>
            <source>Choose where…</source>
            <translation>选择位置…</translation>
        </message>
        <message>
            <source>Choose {new} in Settings, Keys &amp; models.</source>
            <translation>请在“设置”的“密钥与模型”中选择 {new}。</translation>
        </message>
        <message>
            <source>Chosen at first</source>
            <translation>默认选项</translation>
        </message>
        <message>
            <source>Click or Enter: this window</source>
            <translation>单击或 Enter：此窗口</translation>
        </message>
        <message>
            <source>Click: a window</source>
            <translation>单击：一个窗口</translation>
        </message>
        <message>
            <source>Clipboard</source>
            <translation>剪贴板</translation>
        </message>
        <message>
            <source>Clock</source>
            <translation>时钟</translation>
        </message>
        <message>
            <source>Close</source>
            <translation>关闭</translation>
        </message>
        <message>
            <source>Close a program that listens on many ports, or paste a key instead.</source>
            <translation>请关闭占用大量端口的程序，或改为粘贴密钥。</translation>
        </message>
        <message>
            <source>Close the editor</source>
            <translation>关闭编辑器</translation>
        </message>
        <message>
            <source>Close the program that uses it (a database viewer, a backup) and try again; nothing was lost.</source>
            <translation>请关闭使用它的程序（数据库查看器、备份），然后重试；没有丢失任何内容。</translation>
        </message>
        <message>
            <source>Close the window</source>
            <translation>关闭窗口</translation>
        </message>
        <message>
            <source>Close this row</source>
            <translation>关闭此行</translation>
        </message>
        <message>
            <source>Code, {language}.</source>
            <translation>代码，{language}。</translation>
        </message>
        <message>
            <source>Code.</source>
            <translation>代码。</translation>
        </message>
        <message>
            <source>Colour and width</source>
            <translation>颜色和粗细</translation>
        </message>
        <message>
            <source>Colours</source>
            <translation>颜色</translation>
        </message>
        <message>
            <source>Columns are proposed from every picture, or follow your schema.</source>
            <translation>列由每张图片推断，或遵循您的架构。</translation>
        </message>
        <message>
            <source>Columns: {columns}</source>
            <translation>列：{columns}</translation>
        </message>
        <message>
            <source>Command</source>
            <translation>命令</translation>
        </message>
        <message>
            <source>Command of the server, with its arguments</source>
            <translation>服务器的命令及其参数</translation>
        </message>
        <message>
            <source>Commands</source>
            <translation>命令</translation>
        </message>
        <message>
            <source>Compare</source>
            <translation>比较</translation>
        </message>
        <message>
            <source>Compare two captures</source>
            <translation>比较两次截图</translation>
        </message>
        <message>
            <source>Compare two pictures</source>
            <translation>比较两张图片</translation>
        </message>
        <message>
            <source>Compare with the screen now</source>
            <translation>与现在的屏幕比较</translation>
        </message>
        <message>
            <source>Comparing…</source>
            <translation>正在比较…</translation>
        </message>
        <message>
            <source>Comparison</source>
            <translation>比较</translation>
        </message>
        <message>
            <source>Confused categories</source>
            <translation>混淆的类别</translation>
        </message>
        <message>
            <source>Connect one and try again.</source>
            <translation>请连接一个屏幕后重试。</translation>
        </message>
        <message>
            <source>Connection without content</source>
            <translation>无内容的连接</translation>
        </message>
        <message>
            <source>Contains text from {places}</source>
            <translation>含有来自{places}的文字</translation>
        </message>
        <message>
            <source>Contents</source>
            <translation>目录</translation>
        </message>
        <message>
            <source>Context</source>
            <translation>上下文</translation>
        </message>
        <message>
            <source>Continue</source>
            <translation>继续</translation>
        </message>
        <message>
            <source>Continue the answer where it was cut</source>
            <translation>从中断处继续回答</translation>
        </message>
        <message>
            <source>Contrast</source>
            <translation>对比度</translation>
        </message>
        <message>
            <source>Conversation</source>
            <translation>对话</translation>
        </message>
        <message>
            <source>Conversation {number}</source>
            <translation>对话 {number}</translation>
        </message>
        <message>
            <source>Conversations</source>
            <translation>对话</translation>
        </message>
        <message>
            <source>Conversations and captures</source>
            <translation>对话和截图</translation>
        </message>
        <message>
            <source>Conversations: {done} of {total}</source>
            <translation>对话：{done} / {total}</translation>
        </message>
        <message>
            <source>Convert units</source>
            <translation>换算单位</translation>
        </message>
        <message>
            <source>Converts units of measurement, temperatures and data sizes. No currencies.</source>
            <translation>换算计量单位、温度和数据大小。不支持货币。</translation>
        </message>
        <message>
            <source>Copied</source>
            <translation>已复制</translation>
        </message>
        <message>
            <source>Copied.</source>
            <translation>已复制。</translation>
        </message>
        <message>
            <source>Copied. Open it in a browser on this computer, and allow it there.</source>
            <translation>已复制。请在本机的浏览器中打开，并在那里允许。</translation>
        </message>
        <message>
            <source>Copied: {command}</source>
            <translation>已复制：{command}</translation>
        </message>
        <message>
            <source>Copy</source>
            <translation>复制</translation>
        </message>
        <message>
            <source>Copy a smaller part of it.</source>
            <translation>请复制其中较小的一部分。</translation>
        </message>
        <message>
            <source>Copy all of the translated text (Ctrl+C)</source>
            <translation>复制全部译文 (Ctrl+C)</translation>
        </message>
        <message>
            <source>Copy as CSV</source>
            <translation>复制为 CSV</translation>
        </message>
        <message>
            <source>Copy as Markdown</source>
            <translation>复制为 Markdown</translation>
        </message>
        <message>
            <source>Copy as rich text</source>
            <translation>复制为富文本</translation>
        </message>
        <message>
            <source>Copy changes</source>
            <translation>复制变化</translation>
        </message>
        <message>
            <source>Copy details</source>
            <translation>复制详情</translation>
        </message>
        <message>
            <source>Copy for a spreadsheet</source>
            <translation>复制到电子表格</translation>
        </message>
        <message>
            <source>Copy it again, or from another program.</source>
            <translation>请重新复制，或从其他程序复制。</translation>
        </message>
        <message>
            <source>Copy it instead.</source>
            <translation>请改为复制。</translation>
        </message>
        <message>
            <source>Copy its text into the question.</source>
            <translation>请将其中的文字复制到问题中。</translation>
        </message>
        <message>
            <source>Copy of {title}</source>
            <translation>{title} 的副本</translation>
        </message>
        <message>
            <source>Copy of “{title}”</source>
            <translation>“{title}”的副本</translation>
        </message>
        <message>
            <source>Copy original and translation</source>
            <translation>复制原文和译文</translation>
        </message>
        <message>
            <source>Copy picture</source>
            <translation>复制图片</translation>
        </message>
        <message>
            <source>Copy picture, copy its text</source>
            <translation>复制图片、复制其中的文字</translation>
        </message>
        <message>
            <source>Copy some text, then ask again.</source>
            <translation>请复制一些文字，然后重新提问。</translation>
        </message>
        <message>
            <source>Copy text</source>
            <translation>复制文字</translation>
        </message>
        <message>
            <source>Copy the address</source>
            <translation>复制地址</translation>
        </message>
        <message>
            <source>Copy the answer</source>
            <translation>复制回答</translation>
        </message>
        <message>
            <source>Copy the answer as Markdown</source>
            <translation>将回答复制为 Markdown</translation>
        </message>
        <message>
            <source>Copy the code</source>
            <translation>复制代码</translation>
        </message>
        <message>
            <source>Copy the command</source>
            <translation>复制命令</translation>
        </message>
        <message>
            <source>Copy the command {command}</source>
            <translation>复制命令 {command}</translation>
        </message>
        <message>
            <source>Copy the command: {title}</source>
            <translation>复制命令：{title}</translation>
        </message>
        <message>
            <source>Copy the exact bytes</source>
            <translation>复制原始字节</translation>
        </message>
        <message>
            <source>Copy the last answer</source>
            <translation>复制最后一条回答</translation>
        </message>
        <message>
            <source>Copy the link's address</source>
            <translation>复制链接地址</translation>
        </message>
        <message>
            <source>Copy the new secret</source>
            <translation>复制新机密</translation>
        </message>
        <message>
            <source>Copy the question</source>
            <translation>复制问题</translation>
        </message>
        <message>
            <source>Copy the result</source>
            <translation>复制结果</translation>
        </message>
        <message>
            <source>Copy the suggested version</source>
            <translation>复制建议的版本</translation>
        </message>
        <message>
            <source>Copy the table as CSV</source>
            <translation>将表格复制为 CSV</translation>
        </message>
        <message>
            <source>Copy the table as Markdown</source>
            <translation>将表格复制为 Markdown</translation>
        </message>
        <message>
            <source>Copy the table for a spreadsheet (Ctrl+C)</source>
            <translation>复制表格，供电子表格使用 (Ctrl+C)</translation>
        </message>
        <message>
            <source>Copy the text in the picture (Ctrl+Shift+C)</source>
            <translation>复制图片中的文字 (Ctrl+Shift+C)</translation>
        </message>
        <message>
            <source>Copy the text yourself, then choose Ask about the clipboard.</source>
            <translation>请自行复制文字，然后选择“就剪贴板内容提问”。</translation>
        </message>
        <message>
            <source>Copy the text yourself.</source>
            <translation>请自行复制文字。</translation>
        </message>
        <message>
            <source>Copy the translation</source>
            <translation>复制译文</translation>
        </message>
        <message>
            <source>Copy the verdict</source>
            <translation>复制判定</translation>
        </message>
        <message>
            <source>Copy the versions, for a report</source>
            <translation>复制版本信息，用于报告故障</translation>
        </message>
        <message>
            <source>Copy the whole key and paste it again.</source>
            <translation>请复制完整的密钥并重新粘贴。</translation>
        </message>
        <message>
            <source>Copy the whole key, without spaces, and paste it again.</source>
            <translation>请复制完整的密钥（不含空格），然后重新粘贴。</translation>
        </message>
        <message>
            <source>Copy the {language} code</source>
            <translation>复制 {language} 代码</translation>
        </message>
        <message>
            <source>Copy there, then ask about the clipboard.</source>
            <translation>请在那里复制，然后就剪贴板内容提问。</translation>
        </message>
        <message>
            <source>Copy these lines</source>
            <translation>复制这些行</translation>
        </message>
        <message>
            <source>Copy translation</source>
            <translation>复制译文</translation>
        </message>
        <message>
            <source>Copy verdict</source>
            <translation>复制判定</translation>
        </message>
        <message>
            <source>Copy what changed</source>
            <translation>复制变化内容</translation>
        </message>
        <message>
            <source>Copy what is known about it</source>
            <translation>复制已知信息</translation>
        </message>
        <message>
            <source>Copy with the terminal's own keys, then ask about the clipboard.</source>
            <translation>请用终端自己的按键复制，然后就剪贴板内容提问。</translation>
        </message>
        <message>
            <source>Copying and checking…</source>
            <translation>正在复制和检查…</translation>
        </message>
        <message>
            <source>Correct cwd in the entry.</source>
            <translation>请更正条目中的 cwd。</translation>
        </message>
        <message>
            <source>Correct it and look again.</source>
            <translation>请更正后重新寻找。</translation>
        </message>
        <message>
            <source>Correct it and try again.</source>
            <translation>请更正后重试。</translation>
        </message>
        <message>
            <source>Correct it in an editor; it is left as it is until then.</source>
            <translation>请在编辑器中更正；在此之前文件保持原样。</translation>
        </message>
        <message>
            <source>Correct it in the settings.</source>
            <translation>请在设置中更正。</translation>
        </message>
        <message>
            <source>Correct its schema.</source>
            <translation>请更正其架构。</translation>
        </message>
        <message>
            <source>Correct or empty that setting.</source>
            <translation>请更正或清空该设置。</translation>
        </message>
        <message>
            <source>Correct or remove SSL_CERT_FILE.</source>
            <translation>请更正或移除 SSL_CERT_FILE。</translation>
        </message>
        <message>
            <source>Correct that line; until then the defaults hold, and the file is left as it is.</source>
            <translation>请更正该行；在此之前使用默认值，文件保持原样。</translation>
        </message>
        <message>
            <source>Correct the JSON schema: the job's, or the file after --schema.</source>
            <translation>请更正 JSON 架构：任务的架构，或 --schema 之后的文件。</translation>
        </message>
        <message>
            <source>Correct the address of the webhook in the settings.</source>
            <translation>请在设置中更正 Webhook 的地址。</translation>
        </message>
        <message>
            <source>Correct the entry in mcp.json.</source>
            <translation>请更正 mcp.json 中的条目。</translation>
        </message>
        <message>
            <source>Correct the file, or set the budget in Settings, Spending; kireji doctor says what is wrong.</source>
            <translation>请更正该文件，或在“设置”的“花费”中设定预算；kireji doctor 会说明问题所在。</translation>
        </message>
        <message>
            <source>Correct the file, or set them in Settings, Privacy; kireji doctor says what is wrong.</source>
            <translation>请更正该文件，或在“设置”的“隐私”中设定；kireji doctor 会说明问题所在。</translation>
        </message>
        <message>
            <source>Correct the file.</source>
            <translation>请更正文件。</translation>
        </message>
        <message>
            <source>Correct the file; kireji policies check {name} shows all that is wrong.</source>
            <translation>请更正文件；kireji policies check {name} 会显示所有问题。</translation>
        </message>
        <message>
            <source>Correct the path, or install the program.</source>
            <translation>请更正路径，或安装该程序。</translation>
        </message>
        <message>
            <source>Correct the path, or make the file executable.</source>
            <translation>请更正路径，或将文件设为可执行。</translation>
        </message>
        <message>
            <source>Correct them, or go on without them: --yes</source>
            <translation>请更正这些行，或略过它们继续：--yes</translation>
        </message>
        <message>
            <source>Cost</source>
            <translation>费用</translation>
        </message>
        <message>
            <source>Cost, at most</source>
            <translation>费用上限</translation>
        </message>
        <message>
            <source>Cost, expected</source>
            <translation>预计费用</translation>
        </message>
        <message>
            <source>Count exactly</source>
            <translation>精确计数</translation>
        </message>
        <message>
            <source>Count of tokens</source>
            <translation>token 计数</translation>
        </message>
        <message numerus="yes">
            <source>Count them as failed</source>
            <extracomment>Count it as failed</extracomment>
            <translation>
                <numerusform>计为失败</numerusform>
            </translation>
        </message>
        <message>
            <source>Counted as failed: {rows}.</source>
            <translation>计为失败：{rows}。</translation>
        </message>
        <message>
            <source>Counted by the service: {tokens}. Estimated: {estimate}.</source>
            <translation>服务计数：{tokens}。估计：{estimate}。</translation>
        </message>
        <message>
            <source>Create it, or choose another place.</source>
            <translation>请创建它，或选择其他位置。</translation>
        </message>
        <message>
            <source>Credit cards</source>
            <translation>信用卡</translation>
        </message>
        <message>
            <source>Ctrl + A</source>
            <translation>Ctrl + A</translation>
        </message>
        <message>
            <source>Ctrl + C, Ctrl + Shift + C</source>
            <translation>Ctrl + C、Ctrl + Shift + C</translation>
        </message>
        <message>
            <source>Ctrl + S, Ctrl + Shift + S</source>
            <translation>Ctrl + S、Ctrl + Shift + S</translation>
        </message>
        <message>
            <source>Ctrl + Tab</source>
            <translation>Ctrl + Tab</translation>
        </message>
        <message>
            <source>Ctrl + Z, Ctrl + Shift + Z</source>
            <translation>Ctrl + Z、Ctrl + Shift + Z</translation>
        </message>
        <message>
            <source>Ctrl + arrow keys</source>
            <translation>Ctrl + 方向键</translation>
        </message>
        <message>
            <source>Ctrl or Alt + Home, End</source>
            <translation>Ctrl 或 Alt + Home、End</translation>
        </message>
        <message>
            <source>Cut</source>
            <translation>剪切</translation>
        </message>
        <message>
            <source>Cut one out by its place: --region.</source>
            <translation>请按位置截取：--region。</translation>
        </message>
        <message>
            <source>Cut out a piece of the screen and ask about it</source>
            <translation>截取屏幕的一部分并就此提问</translation>
        </message>
        <message>
            <source>Cut out a piece of the screen, ask, and read the answer as it streams.</source>
            <translation>截取屏幕的一部分，提问，并随着回答生成而阅读。</translation>
        </message>
        <message>
            <source>Cut out a smaller region.</source>
            <translation>请截取较小的区域。</translation>
        </message>
        <message>
            <source>Cut out the region in the desktop's own dialog, or give Kireji a picture file.</source>
            <translation>请在桌面自带的对话框中选取区域，或给 Kireji 一个图片文件。</translation>
        </message>
        <message>
            <source>DE89 3704 0044 0532 0130 00</source>
            <translation>DE89 3704 0044 0532 0130 00</translation>
        </message>
        <message>
            <source>Dark</source>
            <translation>深色</translation>
        </message>
        <message>
            <source>Data</source>
            <translation>数据</translation>
        </message>
        <message>
            <source>Date</source>
            <translation>日期</translation>
        </message>
        <message>
            <source>Date and time</source>
            <translation>日期和时间</translation>
        </message>
        <message>
            <source>Decided</source>
            <translation>已决定</translation>
        </message>
        <message>
            <source>Default</source>
            <translation>默认</translation>
        </message>
        <message>
            <source>Default model</source>
            <translation>默认模型</translation>
        </message>
        <message>
            <source>Delete all contents that are kept? The ledger stays; its receipts then show what can still be proved.</source>
            <translation>删除所有保存的内容？台账会保留；之后其回执显示仍可证明的内容。</translation>
        </message>
        <message>
            <source>Delete everything</source>
            <translation>删除全部数据</translation>
        </message>
        <message>
            <source>Delete everything…</source>
            <translation>删除全部数据…</translation>
        </message>
        <message>
            <source>Delete now</source>
            <translation>立即删除</translation>
        </message>
        <message>
            <source>Delete the contents that are kept</source>
            <translation>删除保存的内容</translation>
        </message>
        <message>
            <source>Delete them</source>
            <translation>删除</translation>
        </message>
        <message numerus="yes">
            <source>Delete {n} conversations</source>
            <extracomment>Delete</extracomment>
            <translation>
                <numerusform>删除 {n} 个对话</numerusform>
            </translation>
        </message>
        <message>
            <source>Delete, in the list</source>
            <translation>删除（在列表中）</translation>
        </message>
        <message numerus="yes">
            <source>Deleted {n} conversations</source>
            <extracomment>Deleted 1 conversation</extracomment>
            <translation>
                <numerusform>已删除 {n} 个对话</numerusform>
            </translation>
        </message>
        <message>
            <source>Deleted “{title}”</source>
            <translation>已删除“{title}”</translation>
        </message>
        <message>
            <source>Deny</source>
            <translation>拒绝</translation>
        </message>
        <message>
            <source>Deny in this conversation</source>
            <translation>在此对话中拒绝</translation>
        </message>
        <message>
            <source>Deny it from now on</source>
            <translation>从现在起拒绝</translation>
        </message>
        <message>
            <source>Desktop</source>
            <translation>桌面</translation>
        </message>
        <message>
            <source>Details</source>
            <translation>详情</translation>
        </message>
        <message>
            <source>Details at the side</source>
            <translation>侧边的详情</translation>
        </message>
        <message>
            <source>Did you mean {name}?</source>
            <translation>您是否指 {name}？</translation>
        </message>
        <message>
            <source>Did you mean {other}?</source>
            <translation>您是否指 {other}？</translation>
        </message>
        <message>
            <source>Differs: the picture says “{words}”</source>
            <translation>不一致：图片上是“{words}”</translation>
        </message>
        <message>
            <source>Disagreeing</source>
            <translation>意见不同</translation>
        </message>
        <message>
            <source>Discard changes</source>
            <translation>放弃更改</translation>
        </message>
        <message>
            <source>Do it yourself, or switch hiding off for this service in the settings.</source>
            <translation>请自行完成，或在设置中为此服务关闭隐藏。</translation>
        </message>
        <message>
            <source>Do not install it. Download it again from {page}</source>
            <translation>请不要安装它。请从此处重新下载：{page}</translation>
        </message>
        <message>
            <source>Do not restore</source>
            <translation>不恢复</translation>
        </message>
        <message>
            <source>Do not say whose export it is, or say it right.</source>
            <translation>请不要注明来源，或注明正确的来源。</translation>
        </message>
        <message>
            <source>Do not skip it</source>
            <translation>不再跳过</translation>
        </message>
        <message>
            <source>Document</source>
            <translation>文档</translation>
        </message>
        <message>
            <source>Documents</source>
            <translation>文档</translation>
        </message>
        <message>
            <source>Does not belong there</source>
            <translation>不属于此类</translation>
        </message>
        <message>
            <source>Does not belong there: {example}</source>
            <translation>不属于此类：{example}</translation>
        </message>
        <message>
            <source>Don't send</source>
            <translation>不发送</translation>
        </message>
        <message>
            <source>Done</source>
            <translation>完成</translation>
        </message>
        <message>
            <source>Download it and put it in the place of this folder; your data lies elsewhere and stays.</source>
            <translation>请下载并用它替换此文件夹；您的数据在别处，会保留。</translation>
        </message>
        <message>
            <source>Download or copy the export again, then try once more.</source>
            <translation>请重新下载或复制导出文件，然后再试一次。</translation>
        </message>
        <message>
            <source>Download the disk image, quit Kireji, and drag the new one over the old; your data stays.</source>
            <translation>请下载磁盘映像，退出 Kireji，然后将新程序拖到旧程序上替换；您的数据会保留。</translation>
        </message>
        <message>
            <source>Download the installer, quit Kireji, and run it; your data stays.</source>
            <translation>请下载安装程序，退出 Kireji，然后运行安装程序；您的数据会保留。</translation>
        </message>
        <message>
            <source>Download the new AppImage, make it executable, and use it in the place of this one.</source>
            <translation>请下载新的 AppImage，将其设为可执行，然后用它代替现在这个。</translation>
        </message>
        <message>
            <source>Download the package, then in its folder: sudo apt install ./{name}</source>
            <translation>请下载软件包，然后在其所在文件夹中运行：sudo apt install ./{name}</translation>
        </message>
        <message>
            <source>Drag over a part of the screen.</source>
            <translation>请在屏幕上拖动选取一部分。</translation>
        </message>
        <message>
            <source>Drag to cut out</source>
            <translation>拖动以选取</translation>
        </message>
        <message>
            <source>Drag: any region</source>
            <translation>拖动：任意区域</translation>
        </message>
        <message>
            <source>Draw a box</source>
            <translation>画方框</translation>
        </message>
        <message>
            <source>Draw an arrow</source>
            <translation>画箭头</translation>
        </message>
        <message>
            <source>Draw by hand</source>
            <translation>手绘</translation>
        </message>
        <message>
            <source>Draw on the picture</source>
            <translation>在图片上绘制</translation>
        </message>
        <message>
            <source>Draw with the mouse, or arrow keys and Space</source>
            <translation>用鼠标，或用方向键和空格键绘制</translation>
        </message>
        <message>
            <source>Draw with the mouse, or with arrow keys and Space  (Esc: done)</source>
            <translation>用鼠标绘制，或用方向键和空格键  (Esc：完成)</translation>
        </message>
        <message>
            <source>Drop a file or a folder here: lines of JSON, a table, or pictures.</source>
            <translation>将文件或文件夹拖放到此处：逐行 JSON、表格或图片。</translation>
        </message>
        <message>
            <source>Drop to ask about it</source>
            <translation>拖放到此处以提问</translation>
        </message>
        <message>
            <source>Drop to make a job of it</source>
            <translation>拖放到此处创建任务</translation>
        </message>
        <message>
            <source>Dropped picture</source>
            <translation>拖入的图片</translation>
        </message>
        <message>
            <source>Duplicate</source>
            <translation>复制一份</translation>
        </message>
        <message>
            <source>Duplicate…</source>
            <translation>复制一份…</translation>
        </message>
        <message>
            <source>Each command is shown exactly as it would run, and you are asked every time. No permission lasts.</source>
            <translation>每条命令都会按实际运行的样子显示，并且每次都会询问您。任何许可都不会保留。</translation>
        </message>
        <message>
            <source>Each line is a JSON object with a prompt, params or a body; a table needs a prompt.</source>
            <translation>每一行是含有 prompt、params 或 body 的 JSON 对象；表格需要提示词。</translation>
        </message>
        <message>
            <source>Each variable or header has a name without spaces. Remove the row if there is none.</source>
            <translation>每个变量或请求头都有不含空格的名称。如果没有，请移除该行。</translation>
        </message>
        <message>
            <source>Earlier conversation</source>
            <translation>之前的对话</translation>
        </message>
        <message>
            <source>Earlier conversations</source>
            <translation>之前的对话</translation>
        </message>
        <message>
            <source>Earlier conversation…</source>
            <translation>之前的对话…</translation>
        </message>
        <message>
            <source>Earlier questions</source>
            <translation>之前的问题</translation>
        </message>
        <message>
            <source>Earlier questions, in an empty field</source>
            <translation>之前的问题（输入框为空时）</translation>
        </message>
        <message>
            <source>Edit</source>
            <translation>编辑</translation>
        </message>
        <message>
            <source>Edit the last question</source>
            <translation>编辑最后一个问题</translation>
        </message>
        <message>
            <source>Edit the question and ask again</source>
            <translation>编辑问题并重新提问</translation>
        </message>
        <message>
            <source>Edit: {title}</source>
            <translation>编辑：{title}</translation>
        </message>
        <message>
            <source>Editing an earlier question</source>
            <translation>正在编辑之前的问题</translation>
        </message>
        <message>
            <source>Effort</source>
            <translation>推理强度</translation>
        </message>
        <message>
            <source>End it, then delete again; nothing was deleted.</source>
            <translation>请先结束它，然后重新删除；没有删除任何内容。</translation>
        </message>
        <message>
            <source>End some programs and try again.</source>
            <translation>请结束一些程序，然后重试。</translation>
        </message>
        <message>
            <source>End the search</source>
            <translation>结束搜索</translation>
        </message>
        <message>
            <source>End what runs (a window, or a kireji command in a terminal), then start Kireji again.</source>
            <translation>请结束正在运行的（窗口，或终端中的 kireji 命令），然后重新启动 Kireji。</translation>
        </message>
        <message>
            <source>English</source>
            <translation>简体中文</translation>
        </message>
        <message>
            <source>Enter</source>
            <translation>Enter</translation>
        </message>
        <message>
            <source>Enter an address, or choose another way above.</source>
            <translation>请输入地址，或在上面选择其他方式。</translation>
        </message>
        <message>
            <source>Enter an http:// proxy in Settings, Network.</source>
            <translation>请在“设置”的“网络”中输入 http:// 代理。</translation>
        </message>
        <message>
            <source>Enter it by hand.</source>
            <translation>请手动添加。</translation>
        </message>
        <message>
            <source>Enter one in Settings, Keys &amp; models, or with: kireji keys set local. Beside OPENAI_BASE_URL, set OPENAI_API_KEY.</source>
            <translation>请在“设置”的“密钥与模型”中输入，或使用：kireji keys set local。设置 OPENAI_BASE_URL 时还要设置 OPENAI_API_KEY。</translation>
        </message>
        <message>
            <source>Enter the address that is to be told as jobs.webhook in the settings first.</source>
            <translation>请先在设置中将要通知的地址填入 jobs.webhook。</translation>
        </message>
        <message>
            <source>Enter the server's address in Settings, Keys &amp; models, first.</source>
            <translation>请先在“设置”的“密钥与模型”中输入服务器地址。</translation>
        </message>
        <message>
            <source>Enter this secret where messages are received. It is shown only now; the keychain keeps it.</source>
            <translation>请在接收消息处输入此机密。只在此时显示；它保存在钥匙串中。</translation>
        </message>
        <message>
            <source>Enter: done. Shift+Enter: new line.</source>
            <translation>Enter：完成。Shift+Enter：换行。</translation>
        </message>
        <message>
            <source>Enter: set it</source>
            <translation>Enter：确定</translation>
        </message>
        <message>
            <source>Enter: take it</source>
            <translation>Enter：采用</translation>
        </message>
        <message>
            <source>Enter: whole screen</source>
            <translation>Enter：整个屏幕</translation>
        </message>
        <message>
            <source>Entry read</source>
            <translation>已读取条目</translation>
        </message>
        <message>
            <source>Error</source>
            <translation>错误</translation>
        </message>
        <message>
            <source>Esc</source>
            <translation>Esc</translation>
        </message>
        <message>
            <source>Esc: close</source>
            <translation>Esc：关闭</translation>
        </message>
        <message>
            <source>Estimated</source>
            <translation>估计</translation>
        </message>
        <message>
            <source>Every answer ends at once: {rule} is found in any text.</source>
            <translation>每个回答都会立即结束：{rule} 在任何文字中都能找到。</translation>
        </message>
        <message>
            <source>Every answer follows a JSON schema; its properties become columns.</source>
            <translation>每条回答都遵循一个 JSON 架构；其属性成为各列。</translation>
        </message>
        <message>
            <source>Every call of this tool for a week</source>
            <translation>一周内此工具的每次调用</translation>
        </message>
        <message>
            <source>Every call of this tool in this conversation</source>
            <translation>此对话中此工具的每次调用</translation>
        </message>
        <message>
            <source>Every call of this tool until a date…</source>
            <translation>到某个日期为止此工具的每次调用…</translation>
        </message>
        <message>
            <source>Every call of this tool until tonight</source>
            <translation>今晚之前此工具的每次调用</translation>
        </message>
        <message>
            <source>Every host is reached directly.</source>
            <translation>所有主机都直接连接。</translation>
        </message>
        <message>
            <source>Every line of this job can be asked.</source>
            <translation>此任务的每一行都可以提问。</translation>
        </message>
        <message>
            <source>Every row that has ended has a verdict.</source>
            <translation>每个已结束的行都有判定。</translation>
        </message>
        <message>
            <source>Every text or picture gets a verdict; what waits for a person is reviewed afterwards.</source>
            <translation>每段文字或每张图片都会得到判定；需要人来决定的，之后再审核。</translation>
        </message>
        <message>
            <source>Everything</source>
            <translation>全部</translation>
        </message>
        <message>
            <source>Everything else in it</source>
            <translation>其中的其他内容</translation>
        </message>
        <message>
            <source>Everything that was said, with its pictures. Keys are never in an export or a backup.</source>
            <translation>所有对话内容及图片。密钥从不包含在导出或备份中。</translation>
        </message>
        <message>
            <source>Exactly the bytes, on this computer, so that a receipt can show them whatever becomes of the conversation. Keys are never among them.</source>
            <translation>原样保存字节，只在本机，这样无论对话怎样变化，回执都能显示它们。其中从不包含密钥。</translation>
        </message>
        <message>
            <source>Explain</source>
            <translation>解释</translation>
        </message>
        <message>
            <source>Explain the error that is shown, in this order: the line that tells, quoted; what went wrong; the most likely cause; the next step that would fix it, as an exact command or change where that is possible. If the picture does not show enough to be sure, say what else you need to see.</source>
            <translation>请按以下顺序解释所示的错误：引用关键的那一行；出了什么问题；最可能的原因；能修复它的下一步，尽可能给出确切的命令或改动。如果图片不足以确定，请说明还需要看到什么。</translation>
        </message>
        <message>
            <source>Explain this error</source>
            <translation>解释此错误</translation>
        </message>
        <message>
            <source>Explain what is shown.</source>
            <translation>请解释图中的内容。</translation>
        </message>
        <message>
            <source>Explain what is shown. Begin with one sentence that says what it is; then what matters about it. Say so where something is cut off or cannot be read.</source>
            <translation>请解释图中的内容。先用一句话说明它是什么，然后说明其中的要点。如有被截断或无法辨认之处，请指出。</translation>
        </message>
        <message>
            <source>Export</source>
            <translation>导出</translation>
        </message>
        <message>
            <source>Export all conversations</source>
            <translation>导出所有对话</translation>
        </message>
        <message>
            <source>Export all prompts into a file</source>
            <translation>将所有快捷提问导出到文件</translation>
        </message>
        <message>
            <source>Export all…</source>
            <translation>全部导出…</translation>
        </message>
        <message>
            <source>Export everything</source>
            <translation>导出全部数据</translation>
        </message>
        <message>
            <source>Export everything first…</source>
            <translation>先导出全部数据…</translation>
        </message>
        <message>
            <source>Export everything to</source>
            <translation>将全部数据导出到</translation>
        </message>
        <message>
            <source>Export everything…</source>
            <translation>导出全部数据…</translation>
        </message>
        <message>
            <source>Export prompts</source>
            <translation>导出快捷提问</translation>
        </message>
        <message>
            <source>Export results…</source>
            <translation>导出结果…</translation>
        </message>
        <message>
            <source>Export the answers of “{name}”</source>
            <translation>导出“{name}”的回答</translation>
        </message>
        <message>
            <source>Export the decisions (Ctrl+S)</source>
            <translation>导出决定 (Ctrl+S)</translation>
        </message>
        <message>
            <source>Export the decisions about “{name}”</source>
            <translation>导出关于“{name}”的决定</translation>
        </message>
        <message>
            <source>Export the policy</source>
            <translation>导出策略</translation>
        </message>
        <message>
            <source>Export the prompts again, or unpack it and import the files.</source>
            <translation>请重新导出快捷提问，或解压后导入其中的文件。</translation>
        </message>
        <message>
            <source>Export them again.</source>
            <translation>请重新导出。</translation>
        </message>
        <message>
            <source>Export to</source>
            <translation>导出到</translation>
        </message>
        <message>
            <source>Export what failed of “{name}”</source>
            <translation>导出“{name}”中失败的行</translation>
        </message>
        <message numerus="yes">
            <source>Export {n} conversations</source>
            <extracomment>Export this conversation</extracomment>
            <translation>
                <numerusform>导出 {n} 个对话</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Export {n} conversations…</source>
            <extracomment>Export…</extracomment>
            <translation>
                <numerusform>导出 {n} 个对话…</numerusform>
            </translation>
        </message>
        <message>
            <source>Export “{title}”</source>
            <translation>导出“{title}”</translation>
        </message>
        <message>
            <source>Exported to {path}.</source>
            <translation>已导出到 {path}。</translation>
        </message>
        <message>
            <source>Exported to {path}: {what}; {size}.</source>
            <translation>已导出到 {path}：{what}；{size}。</translation>
        </message>
        <message>
            <source>Exported {conversations} to {path}.</source>
            <translation>已将 {conversations}导出到 {path}。</translation>
        </message>
        <message>
            <source>Exported {rows} to {path}.</source>
            <translation>已将 {rows}导出到 {path}。</translation>
        </message>
        <message>
            <source>Exporting…</source>
            <translation>正在导出…</translation>
        </message>
        <message>
            <source>Exports of ChatGPT and Claude (the zip file they send, or its folder) and Kireji's own. What is there already is not added again, so a newer export can be imported later.</source>
            <translation>ChatGPT 和 Claude 的导出（它们发送的 zip 文件或其文件夹）以及 Kireji 自己的导出。已有的内容不会重复添加，因此以后可以导入更新的导出。</translation>
        </message>
        <message>
            <source>Export…</source>
            <translation>导出…</translation>
        </message>
        <message>
            <source>Extra certificates</source>
            <translation>额外证书</translation>
        </message>
        <message>
            <source>Extract text</source>
            <translation>提取文字</translation>
        </message>
        <message>
            <source>F1</source>
            <translation>F1</translation>
        </message>
        <message>
            <source>F1: all keys</source>
            <translation>F1：所有按键</translation>
        </message>
        <message>
            <source>F8 goes to the next one</source>
            <translation>按 F8 转到下一个</translation>
        </message>
        <message>
            <source>Failed</source>
            <translation>失败</translation>
        </message>
        <message>
            <source>Fetch a page</source>
            <translation>获取网页</translation>
        </message>
        <message>
            <source>Fetch a web page</source>
            <translation>获取网页</translation>
        </message>
        <message>
            <source>Fetches a page, a text, a picture or a PDF from the web; nobody is signed in there.</source>
            <translation>从网络获取网页、文字、图片或 PDF；不会以任何人的身份登录。</translation>
        </message>
        <message>
            <source>Field</source>
            <translation>字段</translation>
        </message>
        <message>
            <source>Fields</source>
            <translation>字段</translation>
        </message>
        <message>
            <source>File</source>
            <translation>文件</translation>
        </message>
        <message>
            <source>Files</source>
            <translation>文件</translation>
        </message>
        <message>
            <source>Files may be read in these folders</source>
            <translation>可以读取这些文件夹中的文件</translation>
        </message>
        <message>
            <source>Files or pictures…</source>
            <translation>文件或图片…</translation>
        </message>
        <message>
            <source>Files with servers (*.json *.toml *.yaml *.yml)</source>
            <translation>含有服务器的文件 (*.json *.toml *.yaml *.yml)</translation>
        </message>
        <message>
            <source>Findings that are less than {number} % sure: {action}.</source>
            <translation>把握低于 {number} % 的发现：{action}。</translation>
        </message>
        <message>
            <source>Finds files below a folder by their names or by the text in them.</source>
            <translation>在文件夹及其子文件夹中按名称或内容文字查找文件。</translation>
        </message>
        <message>
            <source>First picture of an animation</source>
            <translation>动画的第一帧</translation>
        </message>
        <message>
            <source>First that can work</source>
            <translation>第一个可用的</translation>
        </message>
        <message>
            <source>Fit</source>
            <translation>适应窗口</translation>
        </message>
        <message>
            <source>Folder</source>
            <translation>文件夹</translation>
        </message>
        <message>
            <source>Folder of pictures</source>
            <translation>图片文件夹</translation>
        </message>
        <message>
            <source>Folder of pictures…</source>
            <translation>图片文件夹…</translation>
        </message>
        <message>
            <source>Folder or repository…</source>
            <translation>文件夹或代码仓库…</translation>
        </message>
        <message>
            <source>Follow up…</source>
            <translation>追问…</translation>
        </message>
        <message>
            <source>Follow-up question</source>
            <translation>追问</translation>
        </message>
        <message>
            <source>For</source>
            <translation>用途</translation>
        </message>
        <message>
            <source>For a report of a fault. No key, no content and no name of yours is in it.</source>
            <translation>用于报告故障。其中没有您的密钥、内容或姓名。</translation>
        </message>
        <message>
            <source>For braces themselves write {open} and {close}.</source>
            <translation>要写花括号本身，请用 {open} 和 {close}。</translation>
        </message>
        <message>
            <source>For example: Answer in two sentences.</source>
            <translation>例如：用两句话回答。</translation>
        </message>
        <message>
            <source>For example: Describe this picture in one sentence for people who cannot see it.</source>
            <translation>例如：用一句话为看不到图片的人描述这张图片。</translation>
        </message>
        <message>
            <source>For example: German</source>
            <translation>例如：德语</translation>
        </message>
        <message>
            <source>For example: Translate into English.</source>
            <translation>例如：翻译成英文。</translation>
        </message>
        <message>
            <source>For example: Which product is this mail about? {column}</source>
            <translation>例如：这封邮件是关于哪个产品的？{column}</translation>
        </message>
        <message>
            <source>For example: {column}</source>
            <translation>例如：{column}</translation>
        </message>
        <message>
            <source>For how long</source>
            <translation>保存时长</translation>
        </message>
        <message>
            <source>For lines that bring none of their own; those that do keep theirs.</source>
            <translation>用于没有自带提示词的行；自带的保持不变。</translation>
        </message>
        <message>
            <source>For review</source>
            <translation>待审核</translation>
        </message>
        <message>
            <source>For the host {host}, until you take it back</source>
            <translation>对主机 {host}，直到您撤回</translation>
        </message>
        <message>
            <source>Forward</source>
            <translation>前进</translation>
        </message>
        <message>
            <source>Found</source>
            <translation>判定</translation>
        </message>
        <message>
            <source>Free software under the MIT licence.</source>
            <translation>依据 MIT 许可证发布的自由软件。</translation>
        </message>
        <message>
            <source>Free some space and try again; what was saved before is still there.</source>
            <translation>请腾出空间后重试；之前保存的内容仍在。</translation>
        </message>
        <message>
            <source>Free some space.</source>
            <translation>请腾出空间。</translation>
        </message>
        <message>
            <source>Free {size} MB of the disk.</source>
            <translation>请在磁盘上腾出 {size} MB 空间。</translation>
        </message>
        <message>
            <source>From a file…</source>
            <translation>从文件…</translation>
        </message>
        <message>
            <source>From cache</source>
            <translation>来自缓存</translation>
        </message>
        <message>
            <source>From folders, pages and conversations at most</source>
            <translation>文件夹、网页和对话的上限</translation>
        </message>
        <message>
            <source>From the cache</source>
            <translation type="vanished">从缓存读取</translation>
        </message>
        <message>
            <source>Frozen screen</source>
            <translation>定格的屏幕</translation>
        </message>
        <message>
            <source>General</source>
            <translation>常规</translation>
        </message>
        <message>
            <source>Give Kireji a picture.</source>
            <translation>请给 Kireji 一张图片。</translation>
        </message>
        <message>
            <source>Give a name that ends with .zip, or one without an ending for a folder.</source>
            <translation>请给出以 .zip 结尾的名称；如要文件夹，请给出没有扩展名的名称。</translation>
        </message>
        <message>
            <source>Give a smaller one.</source>
            <translation>请给出较小的。</translation>
        </message>
        <message>
            <source>Give a text or a picture.</source>
            <translation>请给出文字或图片。</translation>
        </message>
        <message>
            <source>Give each column a name of its own.</source>
            <translation>请给每一列各自的名称。</translation>
        </message>
        <message>
            <source>Give it a name that ends with .zip.</source>
            <translation>请使用以 .zip 结尾的名称。</translation>
        </message>
        <message>
            <source>Give it a name, such as git.</source>
            <translation>请为它取一个名称，例如 git。</translation>
        </message>
        <message>
            <source>Give it a name.</source>
            <translation>请为它取一个名称。</translation>
        </message>
        <message>
            <source>Give it a title.</source>
            <translation>请为它取一个标题。</translation>
        </message>
        <message>
            <source>Give it one of these: {endings}.</source>
            <translation>请使用以下扩展名之一：{endings}。</translation>
        </message>
        <message>
            <source>Give one picture or several.</source>
            <translation>请给出一张或多张图片。</translation>
        </message>
        <message>
            <source>Give one with "type": "object" and its "properties".</source>
            <translation>请给出含有 "type": "object" 及其 "properties" 的架构。</translation>
        </message>
        <message>
            <source>Give one with "type": "object".</source>
            <translation>请给出含有 "type": "object" 的架构。</translation>
        </message>
        <message>
            <source>Give one with {options}.</source>
            <translation>请用 {options} 给出。</translation>
        </message>
        <message>
            <source>Give some words, or a picture.</source>
            <translation>请给出一些文字，或一张图片。</translation>
        </message>
        <message>
            <source>Gives a comparison</source>
            <translation>给出比较</translation>
        </message>
        <message>
            <source>Gives a table</source>
            <translation>给出表格</translation>
        </message>
        <message>
            <source>Gives a translation in place</source>
            <translation>给出就地翻译</translation>
        </message>
        <message>
            <source>Gives a verdict</source>
            <translation>给出判定</translation>
        </message>
        <message>
            <source>Gives fields</source>
            <translation>给出字段</translation>
        </message>
        <message>
            <source>Global shortcuts are not supported on this system yet.</source>
            <translation>此系统尚不支持全局快捷键。</translation>
        </message>
        <message>
            <source>Go on in the main window</source>
            <translation>在主窗口中继续</translation>
        </message>
        <message>
            <source>Go on without a key</source>
            <translation>不用密钥继续</translation>
        </message>
        <message>
            <source>Gravest first</source>
            <translation>最严重的在前</translation>
        </message>
        <message>
            <source>Green</source>
            <translation>绿色</translation>
        </message>
        <message>
            <source>H</source>
            <translation>H</translation>
        </message>
        <message>
            <source>Half price through the batch service</source>
            <translation>通过批处理服务享半价</translation>
        </message>
        <message>
            <source>Hardly any finding is that sure: nearly all go to a person.</source>
            <translation>几乎没有发现能有这样的把握：几乎全部都会交由人来决定。</translation>
        </message>
        <message>
            <source>Have {name} summarise the message that is left out?</source>
            <translation>让 {name} 总结未发送的那条消息？</translation>
        </message>
        <message>
            <source>Have {name} summarise the {count} messages that are left out?</source>
            <translation>让 {name} 总结未发送的 {count} 条消息？</translation>
        </message>
        <message>
            <source>Headers, besides the key</source>
            <translation>请求头，不含密钥</translation>
        </message>
        <message>
            <source>Help</source>
            <translation>帮助</translation>
        </message>
        <message>
            <source>Help about this page</source>
            <translation type="vanished">关于此页面的帮助</translation>
        </message>
        <message>
            <source>Help about this page (F1)</source>
            <translation>关于此页面的帮助 (F1)</translation>
        </message>
        <message>
            <source>Hidden for you</source>
            <translation>已为您隐藏</translation>
        </message>
        <message>
            <source>Hidden from the service: {what}.</source>
            <translation>已对服务隐藏：{what}。</translation>
        </message>
        <message>
            <source>Hidden in what is sent. Click a box to send it; H goes through them</source>
            <translation>发送时已隐藏。单击方块可发送其内容；按 H 逐个查看</translation>
        </message>
        <message>
            <source>Hide before sending</source>
            <translation>发送前隐藏</translation>
        </message>
        <message>
            <source>Hide details</source>
            <translation>隐藏详情</translation>
        </message>
        <message>
            <source>Hide the text</source>
            <translation>隐藏文字</translation>
        </message>
        <message>
            <source>Hide these too</source>
            <translation>也隐藏这些</translation>
        </message>
        <message>
            <source>Hide this from {name}?</source>
            <translation>对 {name} 隐藏这些内容？</translation>
        </message>
        <message>
            <source>High</source>
            <translation>高</translation>
        </message>
        <message>
            <source>History</source>
            <translation>历史记录</translation>
        </message>
        <message>
            <source>Home, End</source>
            <translation>Home、End</translation>
        </message>
        <message>
            <source>Home, End: next edge</source>
            <translation>Home、End：下一条边</translation>
        </message>
        <message>
            <source>Host whose pages may be fetched</source>
            <translation>可以获取其网页的主机</translation>
        </message>
        <message>
            <source>Hosts without proxy</source>
            <translation>不使用代理的主机</translation>
        </message>
        <message>
            <source>House rules</source>
            <translation>内部规则</translation>
        </message>
        <message>
            <source>How far the check is</source>
            <translation>检查的进度</translation>
        </message>
        <message>
            <source>How it is rewritten</source>
            <translation>改写的方式</translation>
        </message>
        <message>
            <source>How jobs run</source>
            <translation>任务的运行方式</translation>
        </message>
        <message>
            <source>How many of the last captures</source>
            <translation>最近截图的数量</translation>
        </message>
        <message>
            <source>If a company network is in between, name its certificate file in the setting network.ca_file or in SSL_CERT_FILE.</source>
            <translation>如果中间有公司网络，请在设置 network.ca_file 或 SSL_CERT_FILE 中指定其证书文件。</translation>
        </message>
        <message>
            <source>Images</source>
            <translation>图片</translation>
        </message>
        <message>
            <source>Import</source>
            <translation>导入</translation>
        </message>
        <message>
            <source>Import JSONL / CSV / folder…</source>
            <translation>导入 JSONL / CSV / 文件夹…</translation>
        </message>
        <message>
            <source>Import a file</source>
            <translation>导入文件</translation>
        </message>
        <message>
            <source>Import a folder</source>
            <translation>导入文件夹</translation>
        </message>
        <message>
            <source>Import a policy</source>
            <translation>导入策略</translation>
        </message>
        <message>
            <source>Import a policy from a file</source>
            <translation>从文件导入策略</translation>
        </message>
        <message>
            <source>Import a smaller export.</source>
            <translation>请导入较小的导出文件。</translation>
        </message>
        <message>
            <source>Import nothing</source>
            <translation>不导入</translation>
        </message>
        <message>
            <source>Import prompts</source>
            <translation>导入快捷提问</translation>
        </message>
        <message>
            <source>Import prompts from a file</source>
            <translation>从文件导入快捷提问</translation>
        </message>
        <message>
            <source>Import servers</source>
            <translation>导入服务器</translation>
        </message>
        <message>
            <source>Import servers from other programs</source>
            <translation>从其他程序导入服务器</translation>
        </message>
        <message>
            <source>Import the chosen servers</source>
            <translation>导入所选服务器</translation>
        </message>
        <message>
            <source>Import the prompts</source>
            <translation>导入这些快捷提问</translation>
        </message>
        <message numerus="yes">
            <source>Import {n} servers</source>
            <extracomment>Import 1 server</extracomment>
            <translation>
                <numerusform>导入 {n} 个服务器</numerusform>
            </translation>
        </message>
        <message>
            <source>Import…</source>
            <translation>导入…</translation>
        </message>
        <message>
            <source>In a terminal Ctrl+C interrupts what runs, so nothing was copied.</source>
            <translation>在终端中 Ctrl+C 会中断正在运行的程序，因此没有复制。</translation>
        </message>
        <message>
            <source>In all</source>
            <translation>合计</translation>
        </message>
        <message>
            <source>In answers</source>
            <translation>在回答中</translation>
        </message>
        <message>
            <source>In conclusion</source>
            <translation>总之</translation>
        </message>
        <message>
            <source>In force: none; the system names no proxy.</source>
            <translation>当前使用：无；系统没有设置代理。</translation>
        </message>
        <message>
            <source>In force: {address}, from the system.</source>
            <translation>当前使用：{address}，来自系统。</translation>
        </message>
        <message>
            <source>In force: {address}.</source>
            <translation>当前使用：{address}。</translation>
        </message>
        <message>
            <source>In it</source>
            <translation>其中</translation>
        </message>
        <message>
            <source>In the folder {folder}, until you take it back</source>
            <translation>在文件夹 {folder} 中，直到您撤回</translation>
        </message>
        <message>
            <source>In the tray menu</source>
            <translation>在托盘菜单中</translation>
        </message>
        <message>
            <source>In window</source>
            <translation>在窗口中</translation>
        </message>
        <message>
            <source>Insert</source>
            <translation>Insert</translation>
        </message>
        <message>
            <source>Insert an example</source>
            <translation>插入示例</translation>
        </message>
        <message>
            <source>Insert the column “{column}”</source>
            <translation>插入列“{column}”</translation>
        </message>
        <message>
            <source>Install Kireji again.</source>
            <translation>请重新安装 Kireji。</translation>
        </message>
        <message>
            <source>Install it in a folder with a shorter name.</source>
            <translation>请安装到名称较短的文件夹中。</translation>
        </message>
        <message>
            <source>Install it, or give its whole path.</source>
            <translation>请安装它，或给出其完整路径。</translation>
        </message>
        <message>
            <source>Install libxcb1, or: </source>
            <translation>请安装 libxcb1，或者：</translation>
        </message>
        <message>
            <source>Install libxcb1.</source>
            <translation>请安装 libxcb1。</translation>
        </message>
        <message>
            <source>Install the part of xdg-desktop-portal that is made for your desktop.</source>
            <translation>请安装适用于此桌面的 xdg-desktop-portal 组件。</translation>
        </message>
        <message>
            <source>Install xdg-desktop-portal and the part of it for your desktop.</source>
            <translation>请安装 xdg-desktop-portal 及其适用于您的桌面的组件。</translation>
        </message>
        <message>
            <source>Installed as</source>
            <translation>安装方式</translation>
        </message>
        <message>
            <source>Instructions</source>
            <translation>指令</translation>
        </message>
        <message>
            <source>Instructions for new conversations</source>
            <translation>新对话的指令</translation>
        </message>
        <message>
            <source>Instructions: {words}</source>
            <translation>指令：{words}</translation>
        </message>
        <message>
            <source>Instructions: {words}. Change them</source>
            <translation>指令：{words}。更改</translation>
        </message>
        <message>
            <source>Into: {language}</source>
            <translation>译为：{language}</translation>
        </message>
        <message>
            <source>It cannot be made again from the conversation.</source>
            <translation>无法由对话重新生成。</translation>
        </message>
        <message>
            <source>It cannot be read.</source>
            <translation>无法读取。</translation>
        </message>
        <message>
            <source>It cannot be read: {reason}.</source>
            <translation>无法读取：{reason}。</translation>
        </message>
        <message>
            <source>It cannot be saved. {problem}</source>
            <translation>无法保存。{problem}</translation>
        </message>
        <message>
            <source>It cannot be saved: {reason}.</source>
            <translation>无法保存：{reason}。</translation>
        </message>
        <message>
            <source>It cannot be used at present.</source>
            <translation>目前无法使用。</translation>
        </message>
        <message>
            <source>It cannot be used yet.</source>
            <translation>暂时还不能使用。</translation>
        </message>
        <message>
            <source>It cannot go on by itself.</source>
            <translation>它无法自行继续。</translation>
        </message>
        <message>
            <source>It closed the connection.</source>
            <translation>它关闭了连接。</translation>
        </message>
        <message>
            <source>It comes from {fixed}.</source>
            <translation>它来自 {fixed}。</translation>
        </message>
        <message>
            <source>It comes from {variable}: change it there. While that is set, no stored key is used.</source>
            <translation>它来自 {variable}：请在那里更改。只要设置了它，就不会使用已保存的密钥。</translation>
        </message>
        <message>
            <source>It could pass a budget.</source>
            <translation>可能超出预算。</translation>
        </message>
        <message>
            <source>It did not answer within {seconds} seconds.</source>
            <translation>它在 {seconds} 秒内没有响应。</translation>
        </message>
        <message>
            <source>It does not speak the protocol: on its standard output it wrote “{line}”.</source>
            <translation>它不使用该协议：它在标准输出中写了“{line}”。</translation>
        </message>
        <message>
            <source>It ended by itself with code {code}.</source>
            <translation>它自行结束，退出码为 {code}。</translation>
        </message>
        <message>
            <source>It failed with</source>
            <translation>失败信息</translation>
        </message>
        <message>
            <source>It floods its standard output with what is not the protocol.</source>
            <translation>它在标准输出中大量写入不符合协议的内容。</translation>
        </message>
        <message>
            <source>It goes on with: kireji batch resume {id}</source>
            <translation>继续：kireji batch resume {id}</translation>
        </message>
        <message>
            <source>It had no body: what left was its address.</source>
            <translation>它没有正文：离开本机的只是其地址。</translation>
        </message>
        <message>
            <source>It has no identifier, or no messages.</source>
            <translation>它没有标识，或没有消息。</translation>
        </message>
        <message>
            <source>It has {size}; the service takes {most} at most.</source>
            <translation>大小为 {size}；服务最多接受 {most}。</translation>
        </message>
        <message>
            <source>It has: none.</source>
            <translation>已有：无。</translation>
        </message>
        <message>
            <source>It has: {names}.</source>
            <translation>已有：{names}。</translation>
        </message>
        <message>
            <source>It holds no conversations and was left out.</source>
            <translation>其中没有对话，已略过。</translation>
        </message>
        <message>
            <source>It holds signs that cannot be written.</source>
            <translation>其中含有无法写入的字符。</translation>
        </message>
        <message>
            <source>It is</source>
            <translation>类型</translation>
        </message>
        <message>
            <source>It is asked again when the picture changes. Stop it in the tray, under Jobs.</source>
            <translation>图片变化时会再次提问。可在托盘的“任务”中停止。</translation>
        </message>
        <message>
            <source>It is being asked.</source>
            <translation>正在提问。</translation>
        </message>
        <message>
            <source>It is damaged ({why}).</source>
            <translation>它已损坏（{why}）。</translation>
        </message>
        <message>
            <source>It is filled with</source>
            <translation>填入的内容</translation>
        </message>
        <message>
            <source>It is judged by the text as it stands here, saved or not, and is not kept in the history.</source>
            <translation>按此处的策略文本判定，无论是否已保存；不会保留在历史记录中。</translation>
        </message>
        <message>
            <source>It is kept in your system keychain.</source>
            <translation>它保存在系统钥匙串中。</translation>
        </message>
        <message>
            <source>It is kept until Kireji ends.</source>
            <translation>保留到 Kireji 结束为止。</translation>
        </message>
        <message>
            <source>It is larger than {most} MB.</source>
            <translation>它超过 {most} MB。</translation>
        </message>
        <message>
            <source>It is nested too deeply.</source>
            <translation>嵌套太深。</translation>
        </message>
        <message>
            <source>It is no JSON.</source>
            <translation>它不是 JSON。</translation>
        </message>
        <message>
            <source>It is no longer in the history.</source>
            <translation>它已不在历史记录中。</translation>
        </message>
        <message>
            <source>It is no valid JSON ({why}).</source>
            <translation>这不是有效的 JSON（{why}）。</translation>
        </message>
        <message>
            <source>It is not a file.</source>
            <translation>它不是文件。</translation>
        </message>
        <message>
            <source>It is not as this version writes it ({why}).</source>
            <translation>它与此版本写出的格式不同（{why}）。</translation>
        </message>
        <message>
            <source>It is not known whether this model can see.</source>
            <translation>不清楚该模型能否看图片。</translation>
        </message>
        <message>
            <source>It is offered under “Quick prompts”.</source>
            <translation>它显示在“快捷提问”之下。</translation>
        </message>
        <message>
            <source>It is on its way; answers come when its batch has ended.</source>
            <translation>它正在途中；所在批次结束后才有回答。</translation>
        </message>
        <message>
            <source>It is started with: kireji batch run {id}</source>
            <translation>开始：kireji batch run {id}</translation>
        </message>
        <message>
            <source>It is still being called back; kireji batch cancel{number} waits for it.</source>
            <translation>仍在撤回；kireji batch cancel{number} 会等待其完成。</translation>
        </message>
        <message>
            <source>It is switched off, so nothing is known of its tools. Its menu switches it on.</source>
            <translation>它已关闭，因此不知道它有哪些工具。可在其菜单中打开。</translation>
        </message>
        <message>
            <source>It is then kept in your system keychain.</source>
            <translation>之后保存在系统钥匙串中。</translation>
        </message>
        <message>
            <source>It is told again later.</source>
            <translation>稍后会再次通知。</translation>
        </message>
        <message>
            <source>It is too large to be passed on.</source>
            <translation>它太大，无法传递。</translation>
        </message>
        <message>
            <source>It is too large to be shown; write it to a file with: kireji receipt {id} -o FILE</source>
            <translation>内容太大，无法显示；写入文件：kireji receipt {id} -o FILE</translation>
        </message>
        <message>
            <source>It is too long for the field</source>
            <translation>内容太长，输入框放不下</translation>
        </message>
        <message>
            <source>It is with the service; answers come when its batch has ended.</source>
            <translation type="vanished">由服务处理中；其批次结束后得到回答。</translation>
        </message>
        <message>
            <source>It keeps them for 29 days; ask again what has no answer.</source>
            <translation>结果在那里保留 29 天；请重新提问没有回答的内容。</translation>
        </message>
        <message>
            <source>It keeps them for 30 days; ask again what has no answer.</source>
            <translation>结果在那里保留 30 天；请重新提问没有回答的内容。</translation>
        </message>
        <message>
            <source>It may have been asked again meanwhile.</source>
            <translation>期间可能已重新提问。</translation>
        </message>
        <message>
            <source>It may have been removed meanwhile.</source>
            <translation>它可能在此期间被移除。</translation>
        </message>
        <message>
            <source>It only computes, or reads where you have allowed that; nothing is asked.</source>
            <translation>它只进行计算，或只在您已允许的地方读取；不会询问。</translation>
        </message>
        <message numerus="yes">
            <source>It reads about {tokens} tokens in {n} requests</source>
            <extracomment>It reads about {tokens} tokens in one request</extracomment>
            <translation>
                <numerusform>需在 {n} 个请求中读取约 {tokens} 个 token</numerusform>
            </translation>
        </message>
        <message>
            <source>It runs on another computer, to which Ollama passes everything on.</source>
            <translation>它运行在另一台计算机上，Ollama 会把所有内容转给它。</translation>
        </message>
        <message>
            <source>It says {action}, but the policy says {other} for the level {level}.</source>
            <translation>它写的是 {action}，但策略对级别 {level} 规定的是 {other}。</translation>
        </message>
        <message>
            <source>It sent a message of more than {size} MB.</source>
            <translation>它发来了超过 {size} MB 的消息。</translation>
        </message>
        <message>
            <source>It stands in the place of the one of this name from Kireji, which can be restored.</source>
            <translation>它取代了 Kireji 自带的同名项；自带的可以恢复。</translation>
        </message>
        <message>
            <source>It takes either "category" or "categories", which is [] where nothing is to be found.</source>
            <translation>须为 "category" 或 "categories" 之一；没有可发现的内容时，后者为 []。</translation>
        </message>
        <message>
            <source>It takes too long to look through it; choose a smaller folder.</source>
            <translation>检查耗时太长；请选择较小的文件夹。</translation>
        </message>
        <message>
            <source>It waits for you to start it.</source>
            <translation>等待您开始。</translation>
        </message>
        <message>
            <source>It waits still, or shares the answer of another row; kireji batch review lists the others.</source>
            <translation>它仍在等待，或与另一行共用回答；kireji batch review 会列出其他行。</translation>
        </message>
        <message>
            <source>It was called back before it was answered.</source>
            <translation>它在回答之前被撤回。</translation>
        </message>
        <message>
            <source>It was called back before it was answered. Retry asks it again.</source>
            <translation>它在回答之前被撤回。重试会重新提问。</translation>
        </message>
        <message>
            <source>It was ended by signal {number}.</source>
            <translation>它被信号 {number} 结束。</translation>
        </message>
        <message>
            <source>It was not answered in time. Retry asks it again.</source>
            <translation>它未能及时得到回答。重试会重新提问。</translation>
        </message>
        <message>
            <source>It was not answered yet.</source>
            <translation>尚未回答。</translation>
        </message>
        <message>
            <source>It was not asked about: {reason}</source>
            <translation>没有就此提问：{reason}</translation>
        </message>
        <message>
            <source>It was not sent yet.</source>
            <translation>尚未发送。</translation>
        </message>
        <message>
            <source>It was sent, and no answer came; the job's page says what can be done.</source>
            <translation>已发送，但没有收到答复；任务页面会说明可以做什么。</translation>
        </message>
        <message>
            <source>It was sent, and nobody knows what became of it.</source>
            <translation>它已发送，但结果不明。</translation>
        </message>
        <message>
            <source>It was stopped before.</source>
            <translation>之前已停止。</translation>
        </message>
        <message>
            <source>It was stopped.</source>
            <translation>已停止。</translation>
        </message>
        <message>
            <source>It was stopped. Press Judge to begin anew.</source>
            <translation>已停止。按“判定”可重新开始。</translation>
        </message>
        <message>
            <source>It works.</source>
            <translation>可用。</translation>
        </message>
        <message>
            <source>It works. The keys arrived.</source>
            <translation>可用。已收到按键。</translation>
        </message>
        <message>
            <source>Its address begins with https:// or, on this computer, http://.</source>
            <translation>其地址以 https:// 开头；在本机上可以 http:// 开头。</translation>
        </message>
        <message>
            <source>Its categories are: {names}.</source>
            <translation>其类别为：{names}。</translation>
        </message>
        <message>
            <source>Its columns are: {columns}.</source>
            <translation>表格的列为：{columns}。</translation>
        </message>
        <message>
            <source>Its conversation was deleted, or the question in it.</source>
            <translation>其对话或其中的问题已被删除。</translation>
        </message>
        <message>
            <source>Its job may have been removed.</source>
            <translation>其任务可能已被移除。</translation>
        </message>
        <message>
            <source>Its key, if it wants one</source>
            <translation>它的密钥（如果需要）</translation>
        </message>
        <message>
            <source>Its metadata names no licence.</source>
            <translation>其元数据没有注明许可证。</translation>
        </message>
        <message>
            <source>Its name is not written in UTF-8.</source>
            <translation>其名称不是 UTF-8 编码。</translation>
        </message>
        <message>
            <source>Its name may only have small letters, digits and hyphens between them.</source>
            <translation>其名称只能含小写字母、数字以及它们之间的连字符。</translation>
        </message>
        <message>
            <source>Its page says why.</source>
            <translation>其页面说明了原因。</translation>
        </message>
        <message numerus="yes">
            <source>Its rows and {n} answers go, and cannot be brought back. The file that it was made from stays.</source>
            <extracomment>Its rows and 1 answer go, and cannot be brought back. The file that it was made from stays.</extracomment>
            <translation>
                <numerusform>它的各行和 {n} 条回答将被删除，无法恢复。创建时所用的文件会保留。</numerusform>
            </translation>
        </message>
        <message>
            <source>Its rows are read. Shall the job stay in the list, to be started later?</source>
            <translation>各行已读取。是否将任务保留在列表中，以便稍后开始？</translation>
        </message>
        <message>
            <source>Its rows go. The file that it was made from stays.</source>
            <translation>它的各行将被删除。创建时所用的文件会保留。</translation>
        </message>
        <message>
            <source>Its rows that were called back wait again with: kireji batch retry {id}</source>
            <translation>让已撤回的行重新等待：kireji batch retry {id}</translation>
        </message>
        <message>
            <source>Its tools are not known yet: it starts when they are first wanted. Reload it to see them now.</source>
            <translation>还不知道它有哪些工具：它在首次需要时才启动。重新加载即可现在查看。</translation>
        </message>
        <message>
            <source>Its tools are not known yet: it starts when they are first wanted. Test it to see them now.</source>
            <translation>还不知道它有哪些工具：它在首次需要时才启动。测试即可现在查看。</translation>
        </message>
        <message>
            <source>Its words go along with the question, as far as there is room.</source>
            <translation>在空间允许的范围内，其文字会随问题一并发送。</translation>
        </message>
        <message>
            <source>JPEG picture (*.jpg *.jpeg)</source>
            <translation>JPEG 图片 (*.jpg *.jpeg)</translation>
        </message>
        <message>
            <source>JSON (*.json)</source>
            <translation>JSON (*.json)</translation>
        </message>
        <message>
            <source>JSON schema</source>
            <translation>JSON 架构</translation>
        </message>
        <message>
            <source>JSON schema of what is wanted; empty has it proposed from the picture.</source>
            <translation>所需内容的 JSON 架构；留空则由图片推断。</translation>
        </message>
        <message>
            <source>JSON with places and doubts (*.json)</source>
            <translation>含位置和疑点的 JSON (*.json)</translation>
        </message>
        <message>
            <source>JSONL or CSV file…</source>
            <translation>JSONL 或 CSV 文件…</translation>
        </message>
        <message>
            <source>Job</source>
            <translation>任务</translation>
        </message>
        <message>
            <source>Job cancelled</source>
            <translation>任务已取消</translation>
        </message>
        <message>
            <source>Job finished</source>
            <translation>任务已完成</translation>
        </message>
        <message>
            <source>Job {id}</source>
            <translation>任务 {id}</translation>
        </message>
        <message>
            <source>Job {job} has rows with the service.</source>
            <translation>任务 {job} 有行正由服务处理。</translation>
        </message>
        <message>
            <source>Job {job} is {state} now.</source>
            <translation>任务 {job} 现在是 {state}。</translation>
        </message>
        <message>
            <source>Jobs</source>
            <translation>任务</translation>
        </message>
        <message numerus="yes">
            <source>Jobs ({n} running)</source>
            <extracomment>Jobs (1 running)</extracomment>
            <translation>
                <numerusform>任务（{n} 个正在运行）</numerusform>
            </translation>
        </message>
        <message>
            <source>Jobs and their answers</source>
            <translation>任务及其回答</translation>
        </message>
        <message>
            <source>Jobs that judge are made with a policy: kireji batch add FILE --policy NAME</source>
            <translation>判定任务须指定策略来创建：kireji batch add FILE --policy NAME</translation>
        </message>
        <message>
            <source>Jobs, {words}</source>
            <translation>任务，{words}</translation>
        </message>
        <message>
            <source>Jobs: {done} of {total}</source>
            <translation>任务：{done} / {total}</translation>
        </message>
        <message>
            <source>Judge</source>
            <translation>判定</translation>
        </message>
        <message>
            <source>Judge it by this policy</source>
            <translation>按此策略判定</translation>
        </message>
        <message>
            <source>Judge it in pieces.</source>
            <translation>请分段判定。</translation>
        </message>
        <message>
            <source>Judge nothing</source>
            <translation>不判定</translation>
        </message>
        <message>
            <source>Judge them in several steps.</source>
            <translation>请分几步判定。</translation>
        </message>
        <message>
            <source>Judge this by the policy “{title}” (version {version}).</source>
            <translation>请按策略“{title}”（版本 {version}）判定此内容。</translation>
        </message>
        <message>
            <source>Judge this example: {text}</source>
            <translation>判定此示例：{text}</translation>
        </message>
        <message>
            <source>Judge {id} by itself</source>
            <translation>单独判定 {id}</translation>
        </message>
        <message numerus="yes">
            <source>Judge {n} items</source>
            <extracomment>Judge 1 item</extracomment>
            <translation>
                <numerusform>判定 {n} 项</numerusform>
            </translation>
        </message>
        <message>
            <source>Judged by</source>
            <translation>判定依据</translation>
        </message>
        <message>
            <source>Judged text</source>
            <translation>所判定的文字</translation>
        </message>
        <message>
            <source>Judges what is written and attached</source>
            <translation>判定所写和所附的内容</translation>
        </message>
        <message>
            <source>Judging</source>
            <translation>正在判定</translation>
        </message>
        <message>
            <source>Judging by “{title}”, version {version}, as it is written…</source>
            <translation>正在按“{title}”版本 {version} 的当前文本判定…</translation>
        </message>
        <message>
            <source>Judging…</source>
            <translation>正在判定…</translation>
        </message>
        <message>
            <source>Kappa</source>
            <translation>Kappa</translation>
        </message>
        <message>
            <source>Keep a region first (Insert), and choose another; then compare them.</source>
            <translation>请先保留一个区域 (Insert) 并选取另一个，然后比较它们。</translation>
        </message>
        <message>
            <source>Keep backups in the data folder</source>
            <translation>将备份保存在数据文件夹中</translation>
        </message>
        <message>
            <source>Keep both</source>
            <translation>两者都保留</translation>
        </message>
        <message>
            <source>Keep everything</source>
            <translation>全部保留</translation>
        </message>
        <message>
            <source>Keep it</source>
            <translation>保留</translation>
        </message>
        <message>
            <source>Keep it in the list</source>
            <translation>保留在列表中</translation>
        </message>
        <message>
            <source>Keep it untested</source>
            <translation>不测试直接保存</translation>
        </message>
        <message>
            <source>Keep mine</source>
            <translation>保留我的</translation>
        </message>
        <message>
            <source>Keep the contents of what is sent</source>
            <translation>保存所发送的内容</translation>
        </message>
        <message>
            <source>Keep the secrets in the file</source>
            <translation>将机密保留在文件中</translation>
        </message>
        <message>
            <source>Keep the settings and the list of servers</source>
            <translation>保留设置和服务器列表</translation>
        </message>
        <message>
            <source>Keep the value secret</source>
            <translation>将值保密</translation>
        </message>
        <message>
            <source>Keep them</source>
            <translation>保留</translation>
        </message>
        <message>
            <source>Keep this line elsewhere</source>
            <translation>请将此行保存在别处</translation>
        </message>
        <message>
            <source>Keep this region and choose another one</source>
            <translation>保留此区域并再选一个</translation>
        </message>
        <message>
            <source>Kept as a note in the text: {kinds}</source>
            <translation>作为文中的注记保留：{kinds}</translation>
        </message>
        <message>
            <source>Key</source>
            <translation>密钥</translation>
        </message>
        <message>
            <source>Keyboard</source>
            <translation>键盘</translation>
        </message>
        <message>
            <source>Keys</source>
            <translation>按键</translation>
        </message>
        <message>
            <source>Keys &amp; models</source>
            <translation>密钥与模型</translation>
        </message>
        <message>
            <source>Keys and passwords are kept here; add it as a file of its own if it must go along.</source>
            <translation>这里保存着密钥和密码；如果必须一并发送，请将其作为单独的文件添加。</translation>
        </message>
        <message>
            <source>Keys and tokens of services</source>
            <translation>服务的密钥和令牌</translation>
        </message>
        <message>
            <source>Keys are kept in your system keychain{where}, never in a file.</source>
            <translation>密钥保存在系统钥匙串中{where}，从不写入文件。</translation>
        </message>
        <message>
            <source>Keys cannot be sent to other programs here.</source>
            <translation>在此无法向其他程序发送按键。</translation>
        </message>
        <message>
            <source>Keys for “{title}”: {keys}</source>
            <translation>“{title}”的按键：{keys}</translation>
        </message>
        <message>
            <source>Keys in it stay; delete them there.</source>
            <translation>其中的密钥会保留；请在那里删除。</translation>
        </message>
        <message>
            <source>Keys that ask it</source>
            <translation>用于提问的按键</translation>
        </message>
        <message>
            <source>Keys: {keys}</source>
            <translation>按键：{keys}</translation>
        </message>
        <message>
            <source>Kind: {kind}</source>
            <translation>类型：{kind}</translation>
        </message>
        <message>
            <source>Kireji cannot enter itself into this system's start.</source>
            <translation>Kireji 无法将自己加入此系统的启动项。</translation>
        </message>
        <message>
            <source>Kireji cannot start</source>
            <translation>Kireji 无法启动</translation>
        </message>
        <message>
            <source>Kireji ended before this answer was complete.</source>
            <translation>在回答完成之前 Kireji 已结束。</translation>
        </message>
        <message>
            <source>Kireji ended before this was asked:</source>
            <translation>在提出此问题之前 Kireji 已结束：</translation>
        </message>
        <message>
            <source>Kireji has what it needs. You can close this page.</source>
            <translation>Kireji 已取得所需内容。可以关闭此页面。</translation>
        </message>
        <message>
            <source>Kireji is deleting everything.</source>
            <translation>Kireji 正在删除全部数据。</translation>
        </message>
        <message>
            <source>Kireji lies in a folder whose name is too long for Windows to start it from.</source>
            <translation>Kireji 所在文件夹的名称太长，Windows 无法从中启动。</translation>
        </message>
        <message>
            <source>Kireji may be closed meanwhile: nothing is lost, and nothing is paid twice.</source>
            <translation>期间可以关闭 Kireji：不会丢失任何内容，也不会重复计费。</translation>
        </message>
        <message>
            <source>Kireji presses the copy keys in the program in front, reads the text and puts your clipboard back as it was. Never in terminals, where these keys stop programs.</source>
            <translation>Kireji 在前台程序中按下复制键，读取文字，然后把剪贴板恢复原样。在终端中从不这样做，因为那里的这些按键会中止程序。</translation>
        </message>
        <message>
            <source>Kireji runs from a place that is gone after this run.</source>
            <translation>Kireji 所在的位置在此次运行后就会消失。</translation>
        </message>
        <message>
            <source>Kireji runs in a sandbox, which cannot enter itself into the session's start.</source>
            <translation>Kireji 运行在沙盒中，无法将自己加入会话启动项。</translation>
        </message>
        <message>
            <source>Kireji uses Qt {version} under the LGPL 3. Its libraries are files of their own, which you may replace by your own build of them: quit Kireji, put your files in the place of those of the same names, and start it again.</source>
            <translation>Kireji 依据 LGPL 3 使用 Qt {version}。Qt 的库是独立的文件，您可以换成自己构建的版本：退出 Kireji，用您的文件替换同名文件，然后重新启动。</translation>
        </message>
        <message>
            <source>Kireji waits for you</source>
            <translation>Kireji 正在等待您</translation>
        </message>
        <message>
            <source>Kireji was started meanwhile, so nothing was deleted.</source>
            <translation>Kireji 在此期间启动了，因此没有删除任何内容。</translation>
        </message>
        <message>
            <source>Kireji {version}</source>
            <translation>Kireji {version}</translation>
        </message>
        <message>
            <source>Kireji {version} is there</source>
            <translation>Kireji {version} 已发布</translation>
        </message>
        <message>
            <source>Kireji's own form</source>
            <translation>Kireji 自有格式</translation>
        </message>
        <message>
            <source>Kireji: capture and ask</source>
            <translation>Kireji：截取并提问</translation>
        </message>
        <message>
            <source>Kireji: capturing soon</source>
            <translation>Kireji：即将截取</translation>
        </message>
        <message>
            <source>Kireji: choose what to ask about</source>
            <translation>Kireji：选择要提问的内容</translation>
        </message>
        <message>
            <source>Labelled</source>
            <translation>标注</translation>
        </message>
        <message>
            <source>Labelled set</source>
            <translation>标注集</translation>
        </message>
        <message>
            <source>Labelled set, to check policies with (*.labels.jsonl)</source>
            <translation>标注集，用于检查策略 (*.labels.jsonl)</translation>
        </message>
        <message>
            <source>Labelled sets (*.jsonl)</source>
            <translation>标注集 (*.jsonl)</translation>
        </message>
        <message>
            <source>Language</source>
            <translation>语言</translation>
        </message>
        <message>
            <source>Language of the translation</source>
            <translation>翻译的目标语言</translation>
        </message>
        <message>
            <source>Larger</source>
            <translation>放大</translation>
        </message>
        <message>
            <source>Last 30 days</source>
            <translation>最近 30 天</translation>
        </message>
        <message>
            <source>Last 7 days</source>
            <translation>最近 7 天</translation>
        </message>
        <message>
            <source>Last asked on {date}.</source>
            <translation>上次检查：{date}。</translation>
        </message>
        <message>
            <source>Last backup {when}, checked, {size}.</source>
            <translation>上次备份：{when}，已检查，{size}。</translation>
        </message>
        <message>
            <source>Least certain first</source>
            <translation>把握最小的在前</translation>
        </message>
        <message>
            <source>Leave it out</source>
            <translation>略过</translation>
        </message>
        <message>
            <source>Leave out</source>
            <translation>不一并发送</translation>
        </message>
        <message>
            <source>Leave out or shorten the largest part, or choose a model that reads more; nothing was sent.</source>
            <translation>请去掉或缩短最大的部分，或选择能读取更多内容的模型；没有发送任何内容。</translation>
        </message>
        <message>
            <source>Leave the earlier question as it was</source>
            <translation>保持之前的问题不变</translation>
        </message>
        <message>
            <source>Leave this prompt</source>
            <translation>离开此快捷提问</translation>
        </message>
        <message>
            <source>Left out by the model</source>
            <translation>模型遗漏</translation>
        </message>
        <message>
            <source>Left this computer</source>
            <translation>已离开本机</translation>
        </message>
        <message>
            <source>Less</source>
            <translation>收起</translation>
        </message>
        <message>
            <source>Let a picture go along instead.</source>
            <translation>请改为附上图片。</translation>
        </message>
        <message>
            <source>Let it go along</source>
            <translation>一并发送</translation>
        </message>
        <message>
            <source>Let it run</source>
            <translation>让它继续</translation>
        </message>
        <message>
            <source>Let the settings say who answers</source>
            <translation>由设置决定谁来回答</translation>
        </message>
        <message>
            <source>Licence</source>
            <translation>许可证</translation>
        </message>
        <message>
            <source>Licence of {name}</source>
            <translation>{name} 的许可证</translation>
        </message>
        <message>
            <source>Licences</source>
            <translation>许可证</translation>
        </message>
        <message>
            <source>Light</source>
            <translation>浅色</translation>
        </message>
        <message>
            <source>Line</source>
            <translation>行</translation>
        </message>
        <message>
            <source>Line {line} (and {count} more): {why}</source>
            <translation>第 {line} 行（另有 {count} 行）：{why}</translation>
        </message>
        <message>
            <source>Line {line} has the id of line {first}.</source>
            <translation>第 {line} 行的 ID 与第 {first} 行相同。</translation>
        </message>
        <message>
            <source>Line {line} · {kind}: {reason}</source>
            <translation>第 {line} 行 · {kind}：{reason}</translation>
        </message>
        <message>
            <source>Line {line}: {place} is no variable yet, so it is asked as it stands.</source>
            <translation>第 {line} 行：{place} 还不是变量，因此会原样用于提问。</translation>
        </message>
        <message>
            <source>Line {line}: {sentence}</source>
            <translation>第 {line} 行：{sentence}</translation>
        </message>
        <message>
            <source>Line {line}: {why}</source>
            <translation>第 {line} 行：{why}</translation>
        </message>
        <message>
            <source>Lines for {url} are not known here, only for /v1/chat/completions.</source>
            <translation>此处不支持用于 {url} 的行，只支持 /v1/chat/completions。</translation>
        </message>
        <message>
            <source>Lines of JSON</source>
            <translation>逐行 JSON</translation>
        </message>
        <message>
            <source>Lines of JSON (*.jsonl)</source>
            <translation>逐行 JSON (*.jsonl)</translation>
        </message>
        <message>
            <source>Lines that cannot be used</source>
            <translation>无法使用的行</translation>
        </message>
        <message>
            <source>Lines, tables and pictures ({endings})</source>
            <translation>逐行 JSON、表格和图片 ({endings})</translation>
        </message>
        <message>
            <source>List a folder</source>
            <translation>列出文件夹</translation>
        </message>
        <message>
            <source>List of models</source>
            <translation>模型列表</translation>
        </message>
        <message>
            <source>List them with: kireji history list</source>
            <translation>列出对话：kireji history list</translation>
        </message>
        <message>
            <source>List them with: kireji policies list</source>
            <translation>列出它们：kireji policies list</translation>
        </message>
        <message>
            <source>List them with: kireji tools list</source>
            <translation>列出它们：kireji tools list</translation>
        </message>
        <message>
            <source>List them with: {command}</source>
            <translation>列出对话：{command}</translation>
        </message>
        <message>
            <source>Lists what is in a folder: names, sizes and times.</source>
            <translation>列出文件夹中的内容：名称、大小和时间。</translation>
        </message>
        <message>
            <source>Loading…</source>
            <translation>正在加载…</translation>
        </message>
        <message>
            <source>Local server</source>
            <translation>本地服务器</translation>
        </message>
        <message>
            <source>Log in with an X11 session, or give Kireji a picture file.</source>
            <translation>请使用 X11 会话登录，或给 Kireji 一个图片文件。</translation>
        </message>
        <message>
            <source>Log out and in again.</source>
            <translation>请注销后重新登录。</translation>
        </message>
        <message>
            <source>Logs</source>
            <translation>日志</translation>
        </message>
        <message>
            <source>Longest answer</source>
            <translation>最长回答</translation>
        </message>
        <message>
            <source>Longest answer, thinking included</source>
            <translation>最长回答（含思考）</translation>
        </message>
        <message>
            <source>Look again</source>
            <translation>重新寻找</translation>
        </message>
        <message>
            <source>Look again in a minute.</source>
            <translation>请一分钟后再查看。</translation>
        </message>
        <message>
            <source>Look at it again: another may have changed it.</source>
            <translation>请再次查看：它可能已被更改。</translation>
        </message>
        <message>
            <source>Look at it again; what was decided there stands.</source>
            <translation>请再次查看；在那里所做的决定有效。</translation>
        </message>
        <message>
            <source>Look at the clock</source>
            <translation>查看时间</translation>
        </message>
        <message>
            <source>Look at the download page.</source>
            <translation>请查看下载页面。</translation>
        </message>
        <message>
            <source>Look for a local server</source>
            <translation>寻找本地服务器</translation>
        </message>
        <message>
            <source>Look for a newer version</source>
            <translation>检查新版本</translation>
        </message>
        <message>
            <source>Look for a newer version once a day</source>
            <translation>每天检查一次新版本</translation>
        </message>
        <message>
            <source>Look for plugins again</source>
            <translation>重新寻找插件</translation>
        </message>
        <message>
            <source>Look for servers on this computer</source>
            <translation>在本机寻找服务器</translation>
        </message>
        <message>
            <source>Look into the system's privacy settings.</source>
            <translation>请查看系统的隐私设置。</translation>
        </message>
        <message>
            <source>Look where you got it, or set updates.address and updates.keys in the settings.</source>
            <translation>请到您获取它的地方查看，或在设置中设定 updates.address 和 updates.keys。</translation>
        </message>
        <message>
            <source>Looked through by words only, not by pictures: {names}.</source>
            <translation>只检查了文字，没有检查图片：{names}。</translation>
        </message>
        <message>
            <source>Looking for duplicates…</source>
            <translation>正在查找重复项…</translation>
        </message>
        <message>
            <source>Looking for other programs' servers…</source>
            <translation>正在寻找其他程序的服务器…</translation>
        </message>
        <message>
            <source>Looking through the picture before it leaves…  Esc cancels</source>
            <translation>正在发送前检查图片…  Esc 取消</translation>
        </message>
        <message>
            <source>Looking through the picture…</source>
            <translation>正在检查图片…</translation>
        </message>
        <message>
            <source>Looking what there is…</source>
            <translation>正在查看有哪些内容…</translation>
        </message>
        <message>
            <source>Looking where it stands on the picture…</source>
            <translation>正在图片中查找位置…</translation>
        </message>
        <message>
            <source>Low</source>
            <translation>低</translation>
        </message>
        <message>
            <source>Low: quick and cheap</source>
            <translation>低：快速且便宜</translation>
        </message>
        <message>
            <source>Lucide icons</source>
            <translation type="vanished">Lucide 图标</translation>
        </message>
        <message>
            <source>MCP servers</source>
            <translation>MCP 服务器</translation>
        </message>
        <message>
            <source>Mail address</source>
            <translation>电子邮件地址</translation>
        </message>
        <message>
            <source>Mail addresses</source>
            <translation>电子邮件地址</translation>
        </message>
        <message>
            <source>Make a job of them: kireji batch add FOLDER --schema FILE</source>
            <translation>请为它们创建任务：kireji batch add FOLDER --schema FILE</translation>
        </message>
        <message>
            <source>Make a new one with: kireji keys new webhook</source>
            <translation>生成新的机密：kireji keys new webhook</translation>
        </message>
        <message>
            <source>Make a new secret</source>
            <translation>生成新机密</translation>
        </message>
        <message>
            <source>Make a secret</source>
            <translation>生成机密</translation>
        </message>
        <message>
            <source>Make default for {name}</source>
            <translation>设为 {name} 的默认模型</translation>
        </message>
        <message>
            <source>Make one with: kireji keys new webhook</source>
            <translation>生成机密：kireji keys new webhook</translation>
        </message>
        <message>
            <source>Make the folder, or name another one.</source>
            <translation>请创建该文件夹，或指定其他文件夹。</translation>
        </message>
        <message>
            <source>Make the job anew from its source.</source>
            <translation>请从其来源重新创建任务。</translation>
        </message>
        <message>
            <source>Make the job anew.</source>
            <translation>请重新创建任务。</translation>
        </message>
        <message>
            <source>Make the job anew: its rows then go one by one, at full price.</source>
            <translation>请重新创建任务：各行将逐个提问，按全价计费。</translation>
        </message>
        <message>
            <source>Make {folder} writable.</source>
            <translation>请将 {folder} 设为可写。</translation>
        </message>
        <message>
            <source>Make {name} a variable</source>
            <translation>将 {name} 设为变量</translation>
        </message>
        <message>
            <source>Make {parent} writable, or add Kireji in the desktop's settings.</source>
            <translation>请让 {parent} 可写，或在桌面设置中添加 Kireji。</translation>
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
            <translation>标注</translation>
        </message>
        <message>
            <source>Masked</source>
            <translation>遮盖</translation>
        </message>
        <message>
            <source>Masked: {count}.</source>
            <translation>已遮盖：{count}。</translation>
        </message>
        <message>
            <source>Max</source>
            <translation>最高</translation>
        </message>
        <message>
            <source>Medium</source>
            <translation>中</translation>
        </message>
        <message>
            <source>Messages 2 to {last} did not go along: they no longer fit.</source>
            <translation>第 2 至 {last} 条消息没有一并发送：已放不下。</translation>
        </message>
        <message>
            <source>Model</source>
            <translation>模型</translation>
        </message>
        <message>
            <source>Model: {name}. Choose another</source>
            <translation>模型：{name}。选择其他模型</translation>
        </message>
        <message>
            <source>Models</source>
            <translation>模型</translation>
        </message>
        <message>
            <source>Models cannot read this kind of file; save it as a PDF.</source>
            <translation>模型无法读取此类文件；请另存为 PDF。</translation>
        </message>
        <message>
            <source>Models cannot read {program} files.</source>
            <translation>模型无法读取 {program} 文件。</translation>
        </message>
        <message>
            <source>Models may run commands</source>
            <translation>模型可以运行命令</translation>
        </message>
        <message>
            <source>Models may use tools</source>
            <translation>模型可以使用工具</translation>
        </message>
        <message>
            <source>More</source>
            <translation>更多</translation>
        </message>
        <message>
            <source>More about this conversation</source>
            <translation>有关此对话的更多操作</translation>
        </message>
        <message>
            <source>More about {name}</source>
            <translation>有关 {name} 的更多操作</translation>
        </message>
        <message>
            <source>More quick prompts</source>
            <translation>更多快捷提问</translation>
        </message>
        <message>
            <source>More than {n} places found.</source>
            <translation>找到超过 {n} 处。</translation>
        </message>
        <message>
            <source>More to do with the picture</source>
            <translation>对图片的更多操作</translation>
        </message>
        <message>
            <source>More ways to deny</source>
            <translation>更多拒绝方式</translation>
        </message>
        <message>
            <source>More: {title}</source>
            <translation>更多：{title}</translation>
        </message>
        <message>
            <source>More…</source>
            <translation>更多…</translation>
        </message>
        <message>
            <source>Most: slow and dear</source>
            <translation>最高：慢且贵</translation>
        </message>
        <message>
            <source>Move Kireji into the Applications folder and start it from there.</source>
            <translation>请将 Kireji 移到“应用程序”文件夹，然后从那里启动。</translation>
        </message>
        <message>
            <source>Move by a pixel; with Shift by ten</source>
            <translation>移动一个像素；按住 Shift 移动十个</translation>
        </message>
        <message>
            <source>Move down: {title}</source>
            <translation>下移：{title}</translation>
        </message>
        <message>
            <source>Move it away, or choose another folder with KIREJI_HOME; it was left as it is.</source>
            <translation>请将它移走，或用 KIREJI_HOME 选择其他文件夹；它保持原样。</translation>
        </message>
        <message>
            <source>Move it away.</source>
            <translation>请将它移开。</translation>
        </message>
        <message>
            <source>Move that file away, or choose another folder with KIREJI_HOME.</source>
            <translation>请将该文件移走，或用 KIREJI_HOME 选择其他文件夹。</translation>
        </message>
        <message>
            <source>Move the left and the top edge</source>
            <translation>移动左边和上边</translation>
        </message>
        <message>
            <source>Move the pointer over one.</source>
            <translation>请将指针移到一个窗口上。</translation>
        </message>
        <message>
            <source>Move the right and the bottom edge</source>
            <translation>移动右边和下边</translation>
        </message>
        <message>
            <source>Move up: {title}</source>
            <translation>上移：{title}</translation>
        </message>
        <message numerus="yes">
            <source>Move {n} out of the archive</source>
            <extracomment>Move out of the archive</extracomment>
            <translation>
                <numerusform>将 {n} 个移出归档</numerusform>
            </translation>
        </message>
        <message>
            <source>Moved</source>
            <translation>已移动</translation>
        </message>
        <message>
            <source>My key is sk-ant-…, write to ada@example.org</source>
            <translation>我的密钥是 sk-ant-…，请写信到 ada@example.org</translation>
        </message>
        <message>
            <source>Name</source>
            <translation>名称</translation>
        </message>
        <message>
            <source>Name a file in it.</source>
            <translation>请指定其中的文件。</translation>
        </message>
        <message>
            <source>Name a file with a JSON schema.</source>
            <translation>请指定含有 JSON 架构的文件。</translation>
        </message>
        <message>
            <source>Name a file, or make a job of its pictures.</source>
            <translation>请指定文件，或用其中的图片创建任务。</translation>
        </message>
        <message>
            <source>Name a picture in the set.</source>
            <translation>请指定标注集中的图片。</translation>
        </message>
        <message>
            <source>Name fewer of them.</source>
            <translation>请减少数量。</translation>
        </message>
        <message>
            <source>Name it under "properties".</source>
            <translation>请在 "properties" 下写明。</translation>
        </message>
        <message>
            <source>Name its columns in braces: {columns}.</source>
            <translation>请用花括号写出列名：{columns}。</translation>
        </message>
        <message>
            <source>Name of the server</source>
            <translation>服务器的名称</translation>
        </message>
        <message>
            <source>Name of the variable</source>
            <translation>变量名称</translation>
        </message>
        <message>
            <source>Name one in braces: {columns}.</source>
            <translation>请用花括号写出其中一列：{columns}。</translation>
        </message>
        <message>
            <source>Name or licence</source>
            <translation>名称或许可证</translation>
        </message>
        <message>
            <source>Name some under "enum".</source>
            <translation>请在 "enum" 下列出一些。</translation>
        </message>
        <message>
            <source>Name the export you downloaded.</source>
            <translation>请指定您下载的导出文件。</translation>
        </message>
        <message>
            <source>Name the folder or the zip file that Kireji made; exports are imported instead.</source>
            <translation>请指定 Kireji 生成的文件夹或 zip 文件；导出文件请用导入。</translation>
        </message>
        <message>
            <source>Name the language to translate into.</source>
            <translation>请指定要翻译成的语言。</translation>
        </message>
        <message>
            <source>Name the one to translate into.</source>
            <translation>请指定要翻译成的语言。</translation>
        </message>
        <message>
            <source>Name the screen: --screen N.</source>
            <translation>请指定屏幕：--screen N。</translation>
        </message>
        <message>
            <source>Name the zip file that ChatGPT, Claude or Kireji made, or export again.</source>
            <translation>请指定 ChatGPT、Claude 或 Kireji 生成的 zip 文件，或重新导出。</translation>
        </message>
        <message>
            <source>Name the zip file that ChatGPT, Claude or Kireji made, or the folder it was unpacked to.</source>
            <translation>请指定 ChatGPT、Claude 或 Kireji 生成的 zip 文件，或其解压后的文件夹。</translation>
        </message>
        <message>
            <source>Name the zip file that it made.</source>
            <translation>请指定它生成的 zip 文件。</translation>
        </message>
        <message>
            <source>Name what is wanted under "properties".</source>
            <translation>请在 "properties" 下写明所需内容。</translation>
        </message>
        <message>
            <source>Names and values out of the picture</source>
            <translation>从图片中提取的名称和值</translation>
        </message>
        <message>
            <source>Names of the tools, with commas between them</source>
            <translation>工具名称，以英文逗号分隔</translation>
        </message>
        <message>
            <source>Names with their values, one row for each picture.</source>
            <translation>名称及其值，每张图片一行。</translation>
        </message>
        <message>
            <source>Names, projects, customers. Whole words, in any case, also in pictures.</source>
            <translation>姓名、项目、客户。按整词匹配，不区分大小写，图片中也适用。</translation>
        </message>
        <message>
            <source>Neither yes nor no</source>
            <translation>既不是“是”也不是“否”</translation>
        </message>
        <message>
            <source>Network</source>
            <translation>网络</translation>
        </message>
        <message>
            <source>Never</source>
            <translation>从不</translation>
        </message>
        <message>
            <source>New conversation</source>
            <translation>新对话</translation>
        </message>
        <message>
            <source>New conversations are answered by</source>
            <translation>新对话由谁回答</translation>
        </message>
        <message>
            <source>New job</source>
            <translation>新建任务</translation>
        </message>
        <message>
            <source>New line</source>
            <translation>换行</translation>
        </message>
        <message>
            <source>New policy</source>
            <translation>新建策略</translation>
        </message>
        <message>
            <source>New policy…</source>
            <translation>新建策略…</translation>
        </message>
        <message>
            <source>New prompt</source>
            <translation>新建快捷提问</translation>
        </message>
        <message>
            <source>Next conversation in the list</source>
            <translation>列表中的下一个对话</translation>
        </message>
        <message>
            <source>Next screen</source>
            <translation>下一个屏幕</translation>
        </message>
        <message>
            <source>Nightingale begins on Monday. In conclusion, …</source>
            <translation>夜莺周一开始。总之，…</translation>
        </message>
        <message>
            <source>Nightingale, or a pattern such as /\d{3}-\d{4}/</source>
            <translation>夜莺，或模式，例如 /\d{3}-\d{4}/</translation>
        </message>
        <message>
            <source>No backup was made yet.</source>
            <translation>尚未进行过备份。</translation>
        </message>
        <message>
            <source>No browser could be opened.</source>
            <translation>无法打开浏览器。</translation>
        </message>
        <message>
            <source>No browser could be opened. Open this address in one on this computer:</source>
            <translation>无法打开浏览器。请在本机的浏览器中打开此地址：</translation>
        </message>
        <message>
            <source>No category</source>
            <translation>无类别</translation>
        </message>
        <message>
            <source>No connection to {host}</source>
            <translation>无法连接 {host}</translation>
        </message>
        <message>
            <source>No contents are kept now.</source>
            <translation>目前没有保存任何内容。</translation>
        </message>
        <message>
            <source>No conversation can be read in {name}.</source>
            <translation>{name} 中没有可读取的对话。</translation>
        </message>
        <message>
            <source>No conversations yet. What you ask appears here.</source>
            <translation>还没有对话。您的提问会出现在这里。</translation>
        </message>
        <message>
            <source>No desktop portal runs here.</source>
            <translation>这里没有运行桌面门户服务。</translation>
        </message>
        <message>
            <source>No fields were found on the picture.</source>
            <translation>图片中没有找到字段。</translation>
        </message>
        <message>
            <source>No fields were found.</source>
            <translation>没有找到字段。</translation>
        </message>
        <message>
            <source>No font here has the letters of your language ({language}), so they show as boxes. Install one; on Debian and Ubuntu: sudo apt-get install {package}</source>
            <translation>这里没有字体支持您的语言（{language}），因此文字显示为方块。请安装一种；在 Debian 和 Ubuntu 上：sudo apt-get install {package}</translation>
        </message>
        <message>
            <source>No jobs</source>
            <translation type="vanished">没有任务</translation>
        </message>
        <message>
            <source>No key is stored.</source>
            <translation>没有保存密钥。</translation>
        </message>
        <message>
            <source>No language was named.</source>
            <translation>没有指定语言。</translation>
        </message>
        <message>
            <source>No longer before all others</source>
            <translation>取消置顶</translation>
        </message>
        <message>
            <source>No model can be asked for a summary.</source>
            <translation>没有可用于总结的模型。</translation>
        </message>
        <message>
            <source>No model can be asked: there is no key and no local server.</source>
            <translation>没有可以提问的模型：没有密钥，也没有本机服务器。</translation>
        </message>
        <message>
            <source>No model matches “{query}”.</source>
            <translation>没有与“{query}”匹配的模型。</translation>
        </message>
        <message>
            <source>No model of {display} is chosen.</source>
            <translation>没有选择 {display} 的模型。</translation>
        </message>
        <message>
            <source>No model server answers at {address}.</source>
            <translation>{address} 没有模型服务器响应。</translation>
        </message>
        <message>
            <source>No model server answers on this computer.</source>
            <translation>本机没有模型服务器响应。</translation>
        </message>
        <message>
            <source>No model server answers on this computer. Start one, then test again.</source>
            <translation>本机没有模型服务器响应。请启动一个，然后重新测试。</translation>
        </message>
        <message>
            <source>No model server was found on this computer.</source>
            <translation>本机没有找到模型服务器。</translation>
        </message>
        <message>
            <source>No models are known.</source>
            <translation>没有已知的模型。</translation>
        </message>
        <message>
            <source>No other program with servers was found. A file in the usual form (mcpServers) can be chosen.</source>
            <translation>没有找到其他配置了服务器的程序。可以选择通用格式 (mcpServers) 的文件。</translation>
        </message>
        <message>
            <source>No part is called that.</source>
            <translation>没有这个名称的组件。</translation>
        </message>
        <message>
            <source>No picture in {before} has the name of one in {after}.</source>
            <translation>{before} 中没有图片与 {after} 中的图片同名。</translation>
        </message>
        <message>
            <source>No policy is that long.</source>
            <translation>没有这么长的策略。</translation>
        </message>
        <message>
            <source>No port of this computer could be opened for the browser's answer.</source>
            <translation>无法在本机打开端口以接收浏览器的答复。</translation>
        </message>
        <message>
            <source>No portal here takes pictures of the screen.</source>
            <translation>这里没有可截取屏幕的门户服务。</translation>
        </message>
        <message>
            <source>No provider can work here.</source>
            <translation>没有可用的服务商。</translation>
        </message>
        <message>
            <source>No proxy</source>
            <translation>不使用代理</translation>
        </message>
        <message>
            <source>No row has an answer yet.</source>
            <translation>还没有任何一行得到回答。</translation>
        </message>
        <message>
            <source>No row has failed.</source>
            <translation>没有失败的行。</translation>
        </message>
        <message>
            <source>No row of this job has failed.</source>
            <translation>此任务没有失败的行。</translation>
        </message>
        <message>
            <source>No row of this job is uncertain.</source>
            <translation>此任务没有不确定的行。</translation>
        </message>
        <message>
            <source>No row of this job waits.</source>
            <translation>此任务没有等待的行。</translation>
        </message>
        <message>
            <source>No row waits to be asked.</source>
            <translation>没有等待提问的行。</translation>
        </message>
        <message>
            <source>No rule is met.</source>
            <translation>没有规则匹配。</translation>
        </message>
        <message>
            <source>No screen is connected.</source>
            <translation>没有连接屏幕。</translation>
        </message>
        <message>
            <source>No service takes that much.</source>
            <translation>没有服务接受这么大的内容。</translation>
        </message>
        <message>
            <source>No shortcut is set.</source>
            <translation>未设置快捷键。</translation>
        </message>
        <message>
            <source>No shortcut is set. Choose one in Settings, Shortcuts.</source>
            <translation>未设置快捷键。请在“设置”的“快捷键”中选择一个。</translation>
        </message>
        <message>
            <source>No table was found on the picture.</source>
            <translation>图片中没有找到表格。</translation>
        </message>
        <message>
            <source>No table was found.</source>
            <translation>没有找到表格。</translation>
        </message>
        <message>
            <source>No text is selected. Select some in any program, then choose this again.</source>
            <translation>没有选中文字。请在任意程序中选中一些文字，然后再次选择此项。</translation>
        </message>
        <message>
            <source>No text was found here.</source>
            <translation>此处没有找到文字。</translation>
        </message>
        <message>
            <source>No text was found in the picture. This reader knows Latin, Chinese and Japanese script: cut out a region with larger or clearer text, or add a key in the settings to ask a model about it.</source>
            <translation>图片中没有找到文字。本机可识别拉丁文、中文和日文：请截取文字更大或更清晰的区域，或在设置中添加密钥以询问模型。</translation>
        </message>
        <message>
            <source>No verdict</source>
            <translation>无判定</translation>
        </message>
        <message>
            <source>No way of capturing is built in.</source>
            <translation>没有内置任何截取方式。</translation>
        </message>
        <message>
            <source>No words</source>
            <translation>没有文字</translation>
        </message>
        <message>
            <source>No words were found in the picture.</source>
            <translation>图片中没有找到文字。</translation>
        </message>
        <message>
            <source>Nobody came back from the browser within {minutes}.</source>
            <translation>{minutes}内没有从浏览器返回。</translation>
        </message>
        <message>
            <source>Nobody can look into these documents: {titles}.</source>
            <translation>无法检查这些文档的内容：{titles}。</translation>
        </message>
        <message>
            <source>Nobody has compared it with the picture</source>
            <translation>没有与图片核对过</translation>
        </message>
        <message>
            <source>Nobody is set up who could answer. Add a key in the settings.</source>
            <translation>没有可以回答的服务。请在设置中添加密钥。</translation>
        </message>
        <message>
            <source>Nobody knows what became of it; the job was cancelled.</source>
            <translation>结果不明；任务已取消。</translation>
        </message>
        <message>
            <source>Nobody knows what it will cost, so no budget can hold for it.</source>
            <translation>费用未知，因此预算无法对它生效。</translation>
        </message>
        <message>
            <source>Nobody knows why.</source>
            <translation>原因未知。</translation>
        </message>
        <message>
            <source>Nobody knows yet what it will cost: kireji batch estimate {id} says why.</source>
            <translation>费用尚未知：kireji batch estimate {id} 会说明原因。</translation>
        </message>
        <message>
            <source>Nobody looks, because that is switched off.</source>
            <translation>未在寻找，因为此功能已关闭。</translation>
        </message>
        <message>
            <source>Nobody: the answer was stopped, or nobody was there to be asked</source>
            <translation>无人：回答被停止，或没有人可以询问</translation>
        </message>
        <message>
            <source>None</source>
            <translation>无</translation>
        </message>
        <message>
            <source>None is offered in this conversation.</source>
            <translation>此对话中没有提供任何工具。</translation>
        </message>
        <message>
            <source>None of the choices of this column</source>
            <translation>不是此列的任何选项</translation>
        </message>
        <message>
            <source>None yet. A plugin is a Python file with functions that a model may call; the folder opens with an example to begin with.</source>
            <translation>还没有。插件是一个 Python 文件，其中的函数可由模型调用；打开的文件夹中有一个示例可供起步。</translation>
        </message>
        <message>
            <source>None yet. Add one with the command or address that its documentation names, or import those of another program.</source>
            <translation>还没有。请用其文档给出的命令或地址添加，或导入其他程序的服务器。</translation>
        </message>
        <message>
            <source>None yet. Write {{name}} into the words, or add one here.</source>
            <translation>还没有。请在文字中写入 {{name}}，或在此添加。</translation>
        </message>
        <message>
            <source>None. A card in the conversation asks for one when a tool is called.</source>
            <translation>没有。调用工具时，对话中的卡片会请求许可。</translation>
        </message>
        <message>
            <source>None. Each file is asked about.</source>
            <translation>没有。每个文件都会询问。</translation>
        </message>
        <message>
            <source>None. Each page is asked about.</source>
            <translation>没有。每个网页都会询问。</translation>
        </message>
        <message>
            <source>Normal</source>
            <translation>普通</translation>
        </message>
        <message>
            <source>Not as labelled: {number}</source>
            <translation>与标注不一致：{number}</translation>
        </message>
        <message>
            <source>Not as the policy says: it belongs to “{title}” and was not found there.</source>
            <translation>与策略不一致：它属于“{title}”，却没有判定为属于。</translation>
        </message>
        <message>
            <source>Not as the policy says: it does not belong to “{title}” and was found there.</source>
            <translation>与策略不一致：它不属于“{title}”，却判定为属于。</translation>
        </message>
        <message>
            <source>Not explained</source>
            <translation>没有说明</translation>
        </message>
        <message>
            <source>Not found on the picture</source>
            <translation>在图片上未找到</translation>
        </message>
        <message>
            <source>Not found on the picture.</source>
            <translation>在图片上未找到。</translation>
        </message>
        <message>
            <source>Not now</source>
            <translation>暂不</translation>
        </message>
        <message>
            <source>Not one pixel is different.</source>
            <translation>没有任何像素不同。</translation>
        </message>
        <message>
            <source>Not tested.</source>
            <translation>未测试。</translation>
        </message>
        <message>
            <source>Not translated: {count}.</source>
            <translation>未翻译：{count}。</translation>
        </message>
        <message>
            <source>Note</source>
            <translation>备注</translation>
        </message>
        <message>
            <source>Notes</source>
            <translation>备注</translation>
        </message>
        <message>
            <source>Nothing answers at {address}. Start the server, or correct the address.</source>
            <translation>{address} 没有响应。请启动服务器，或更正地址。</translation>
        </message>
        <message>
            <source>Nothing came of row {number} that could be shown.</source>
            <translation>第 {number} 行没有可以显示的结果。</translation>
        </message>
        <message>
            <source>Nothing differs on the pictures where this could be.</source>
            <translation>图片上可能的位置没有任何不同。</translation>
        </message>
        <message>
            <source>Nothing found for “{words}”. Try fewer or shorter words.</source>
            <translation>没有找到“{words}”。请尝试更少或更短的词。</translation>
        </message>
        <message>
            <source>Nothing goes along yet. Add files, folders, pages or earlier conversations.</source>
            <translation>目前没有一并发送的内容。可添加文件、文件夹、网页或之前的对话。</translation>
        </message>
        <message>
            <source>Nothing had to be translated</source>
            <translation>没有需要翻译的内容</translation>
        </message>
        <message>
            <source>Nothing has been asked so far.</source>
            <translation>至今没有检查过。</translation>
        </message>
        <message>
            <source>Nothing has been sent. Exactly these bytes would leave if you asked now.</source>
            <translation>尚未发送任何内容。如果现在提问，离开本机的正是这些字节。</translation>
        </message>
        <message>
            <source>Nothing has changed.</source>
            <translation>没有任何变化。</translation>
        </message>
        <message>
            <source>Nothing has left this computer.</source>
            <translation>没有任何内容离开本机。</translation>
        </message>
        <message>
            <source>Nothing in it asks for anything to be done.</source>
            <translation>其中没有需要处理的内容。</translation>
        </message>
        <message>
            <source>Nothing in it would be hidden.</source>
            <translation>其中没有内容会被隐藏。</translation>
        </message>
        <message>
            <source>Nothing in {name} can go along.</source>
            <translation>{name} 中没有可以一并发送的内容。</translation>
        </message>
        <message>
            <source>Nothing is archived.</source>
            <translation>没有归档的内容。</translation>
        </message>
        <message>
            <source>Nothing is called “{words}”.</source>
            <translation>没有名称含“{words}”的内容。</translation>
        </message>
        <message>
            <source>Nothing is decided yet.</source>
            <translation>还没有任何决定。</translation>
        </message>
        <message>
            <source>Nothing is different: both pictures show the same.</source>
            <translation>没有任何不同：两张图片显示的内容相同。</translation>
        </message>
        <message>
            <source>Nothing is hidden in it.</source>
            <translation>其中没有隐藏的内容。</translation>
        </message>
        <message>
            <source>Nothing is left of any answer: {rule} is found everywhere.</source>
            <translation>任何回答都会被全部遮盖：{rule} 处处都能找到。</translation>
        </message>
        <message>
            <source>Nothing is selected.</source>
            <translation>没有选中任何内容。</translation>
        </message>
        <message>
            <source>Nothing is sent before there is a secret to sign it with.</source>
            <translation>在有用于签名的机密之前，不会发送任何内容。</translation>
        </message>
        <message>
            <source>Nothing is wrong with it</source>
            <translation>没有任何问题</translation>
        </message>
        <message>
            <source>Nothing new: everything in it is there already.</source>
            <translation>没有新内容：其中的全部都已存在。</translation>
        </message>
        <message>
            <source>Nothing of it was used. Try again later; if it stays so, look at the download page.</source>
            <translation>没有采用其中任何内容。请稍后重试；如果仍然如此，请查看下载页面。</translation>
        </message>
        <message>
            <source>Nothing of the policy's categories was found.</source>
            <translation>没有发现属于策略类别的内容。</translation>
        </message>
        <message>
            <source>Nothing of this conversation is left out.</source>
            <translation>此对话没有未发送的部分。</translation>
        </message>
        <message>
            <source>Nothing waits for you.</source>
            <translation>没有等待您处理的内容。</translation>
        </message>
        <message>
            <source>Nothing waits to be run.</source>
            <translation>没有等待运行的任务。</translation>
        </message>
        <message>
            <source>Nothing was added.</source>
            <translation>未添加任何内容。</translation>
        </message>
        <message>
            <source>Nothing was added: there is no conversation in it that can be read.</source>
            <translation>未添加任何内容：其中没有可读取的对话。</translation>
        </message>
        <message>
            <source>Nothing was allowed. You can close this page and try again in Kireji.</source>
            <translation>未获允许。可以关闭此页面，并在 Kireji 中重试。</translation>
        </message>
        <message>
            <source>Nothing was asked this month.</source>
            <translation>本月没有提问。</translation>
        </message>
        <message>
            <source>Nothing was decided against the model.</source>
            <translation>没有与模型不同的决定。</translation>
        </message>
        <message>
            <source>Nothing was deleted in the last 30 days.</source>
            <translation>最近 30 天没有删除任何内容。</translation>
        </message>
        <message>
            <source>Nothing was deleted: move {name} and the files beginning with that name to another folder to start with an empty history, or put a copy of yours back in its place.</source>
            <translation>没有删除任何内容：请将 {name} 及以此名称开头的文件移到其他文件夹，以空的历史记录开始；或用您的备份替换。</translation>
        </message>
        <message>
            <source>Nothing was deleted: move {name} and the files beginning with that name to another folder to start with an empty queue; what is with a service can still be fetched on its website.</source>
            <translation>没有删除任何内容：请将 {name} 及以此名称开头的文件移到其他文件夹，以空的队列开始；已在服务处的内容仍可在其网站上取回。</translation>
        </message>
        <message>
            <source>Nothing was found for “{words}”.</source>
            <translation>没有找到“{words}”。</translation>
        </message>
        <message>
            <source>Nothing was read yet.</source>
            <translation>尚未读取任何内容。</translation>
        </message>
        <message>
            <source>Nothing was removed.</source>
            <translation>没有移除任何内容。</translation>
        </message>
        <message>
            <source>Nothing was said about the regions {numbers}.</source>
            <translation>对区域 {numbers} 没有任何说明。</translation>
        </message>
        <message>
            <source>Nothing was spent in the last {days} days.</source>
            <translation>最近 {days} 天没有花费。</translation>
        </message>
        <message>
            <source>Nothing will leave this computer: it answers by itself.</source>
            <translation>不会有任何内容离开本机：由本机自行回答。</translation>
        </message>
        <message>
            <source>Nothing would be added: everything in it is there already.</source>
            <translation>不会添加任何内容：其中的全部都已存在。</translation>
        </message>
        <message>
            <source>Nothing yet. Each call of a tool is written down here before it runs.</source>
            <translation>还没有内容。工具的每次调用在运行之前都会记录在这里。</translation>
        </message>
        <message>
            <source>Nothing: it is asked for</source>
            <translation>无：届时询问</translation>
        </message>
        <message>
            <source>Notify when an answer is ready</source>
            <translation>回答完成时通知</translation>
        </message>
        <message>
            <source>Now right</source>
            <translation>现在正确</translation>
        </message>
        <message>
            <source>Now that is {name} ({who}).</source>
            <translation>现在是 {name}（{who}）。</translation>
        </message>
        <message>
            <source>Now that is {who}.</source>
            <translation>现在是 {who}。</translation>
        </message>
        <message>
            <source>Now wrong</source>
            <translation>现在错误</translation>
        </message>
        <message>
            <source>Now, one by one: full price</source>
            <translation>立即逐行提问：全价</translation>
        </message>
        <message>
            <source>Number</source>
            <translation>数字</translation>
        </message>
        <message>
            <source>Of these regions nothing was said: {numbers}.</source>
            <translation>以下区域没有任何说明：{numbers}。</translation>
        </message>
        <message>
            <source>Off in the settings</source>
            <translation>已在设置中关闭</translation>
        </message>
        <message>
            <source>Offer {tool} to models</source>
            <translation>向模型提供“{tool}”</translation>
        </message>
        <message>
            <source>Older messages no longer fit, so the service reads {tokens} tokens anew{price}.</source>
            <translation>较早的消息已放不下，因此服务要重新读取 {tokens} 个 token{price}。</translation>
        </message>
        <message>
            <source>On days on which something has changed, while nothing else goes on. Seven days and four weeks are kept.</source>
            <translation>在有变化的日子、空闲时进行。保留七天和四周的备份。</translation>
        </message>
        <message>
            <source>On the picture it reads: {seen}</source>
            <translation>图片上写的是：{seen}</translation>
        </message>
        <message>
            <source>On the picture stands: {seen}</source>
            <translation>图片上是：{seen}</translation>
        </message>
        <message>
            <source>On the usual ports of Ollama, llama.cpp and LM Studio.</source>
            <translation>在 Ollama、llama.cpp 和 LM Studio 的常用端口上。</translation>
        </message>
        <message>
            <source>On this desktop programs ask for keys and the desktop hands them out; it may give others than were asked for. Its own keyboard settings can change them too.</source>
            <translation>在此桌面上，程序申请按键，由桌面分配；分配的可能与请求的不同。桌面的键盘设置也可以更改它们。</translation>
        </message>
        <message>
            <source>One conversation</source>
            <translation>单个对话</translation>
        </message>
        <message>
            <source>One day</source>
            <translation>每天</translation>
        </message>
        <message>
            <source>One file or one folder makes a job; several files only when all of them are pictures.</source>
            <translation>一个文件或文件夹构成一个任务；多个文件仅限全部为图片时。</translation>
        </message>
        <message>
            <source>One month</source>
            <translation>每月</translation>
        </message>
        <message>
            <source>One of your rules for answers ended this one before it was whole.</source>
            <translation>您的一条回答规则在这条回答完整之前结束了它。</translation>
        </message>
        <message>
            <source>One question, asked of thousands</source>
            <translation>一个问题，问上千次</translation>
        </message>
        <message>
            <source>One request for a signed list, the same from everybody: it says nothing about you, this computer or your version. Nothing is downloaded or installed.</source>
            <translation>只请求一份已签名的列表，所有人的请求都相同：其中没有任何关于您、本机或您所用版本的信息。不会下载或安装任何内容。</translation>
        </message>
        <message>
            <source>One row is being asked; the others can follow it.</source>
            <translation>正在询问一行；其余各行可随后进行。</translation>
        </message>
        <message>
            <source>Only for answers that took a while and that no window shows. It holds your question, never the answer. Regions that are watched always tell.</source>
            <translation>只针对耗时较长且没有窗口显示的回答。通知中只含您的问题，从不含回答。被监视的区域总会通知。</translation>
        </message>
        <message>
            <source>Only its size and its hash were kept.</source>
            <translation>只保存了其大小和哈希值。</translation>
        </message>
        <message>
            <source>Only jobs that take out tables or fields become a spreadsheet.</source>
            <translation>只有提取表格或字段的任务才能导出为电子表格。</translation>
        </message>
        <message>
            <source>Only services that do not keep or train on what they are sent</source>
            <translation>只用不保留请求、也不用于训练的服务</translation>
        </message>
        <message>
            <source>Only services that keep nothing at all</source>
            <translation>只用完全不保留任何内容的服务</translation>
        </message>
        <message>
            <source>Only the first {count} characters are tried.</source>
            <translation>只试用前 {count} 个字符。</translation>
        </message>
        <message>
            <source>Only the first {most} prompts of the file are taken.</source>
            <translation>只采用文件中的前 {most} 个快捷提问。</translation>
        </message>
        <message>
            <source>Only these</source>
            <translation>仅限这些</translation>
        </message>
        <message>
            <source>Only those that failed are asked again with: kireji batch retry {id}</source>
            <translation>只重新提问失败的行：kireji batch retry {id}</translation>
        </message>
        <message>
            <source>Opacity</source>
            <translation>不透明度</translation>
        </message>
        <message>
            <source>Open</source>
            <translation>打开</translation>
        </message>
        <message>
            <source>Open Kireji</source>
            <translation>打开 Kireji</translation>
        </message>
        <message>
            <source>Open Settings, Keys &amp; models, and paste a current key.</source>
            <translation>请打开“设置”的“密钥与模型”粘贴有效的密钥。</translation>
        </message>
        <message>
            <source>Open Settings, Keys &amp; models, and paste it again.</source>
            <translation>请打开“设置”的“密钥与模型”重新粘贴。</translation>
        </message>
        <message>
            <source>Open Settings, Keys &amp; models, and paste one.</source>
            <translation>请打开“设置”的“密钥与模型”粘贴一个。</translation>
        </message>
        <message>
            <source>Open Settings, Keys &amp; models, and sign in or paste one.</source>
            <translation>请打开“设置”的“密钥与模型”登录或粘贴一个。</translation>
        </message>
        <message>
            <source>Open Settings, Keys &amp; models: paste it under {right}, and a key of {asked} here.</source>
            <translation>请打开“设置”的“密钥与模型”：将它粘贴到 {right}，并在此处粘贴 {asked} 的密钥。</translation>
        </message>
        <message>
            <source>Open comparison</source>
            <translation>打开比较</translation>
        </message>
        <message>
            <source>Open folder</source>
            <translation>打开文件夹</translation>
        </message>
        <message>
            <source>Open it in another program and save it anew.</source>
            <translation>请用其他程序打开并重新保存。</translation>
        </message>
        <message>
            <source>Open its log</source>
            <translation>打开其日志</translation>
        </message>
        <message>
            <source>Open plugins folder</source>
            <translation>打开插件文件夹</translation>
        </message>
        <message>
            <source>Open result</source>
            <translation>打开结果</translation>
        </message>
        <message>
            <source>Open results</source>
            <translation>打开结果</translation>
        </message>
        <message>
            <source>Open settings</source>
            <translation>打开设置</translation>
        </message>
        <message>
            <source>Open table</source>
            <translation>打开表格</translation>
        </message>
        <message>
            <source>Open the conversation again.</source>
            <translation>请重新打开对话。</translation>
        </message>
        <message>
            <source>Open the download page</source>
            <translation>打开下载页面</translation>
        </message>
        <message>
            <source>Open the editor with the new policy</source>
            <translation>打开含新策略的编辑器</translation>
        </message>
        <message>
            <source>Open the folder of your policies</source>
            <translation>打开您的策略的文件夹</translation>
        </message>
        <message>
            <source>Open the folder of your prompts</source>
            <translation>打开您的快捷提问的文件夹</translation>
        </message>
        <message>
            <source>Open the folder with an example</source>
            <translation>打开含示例的文件夹</translation>
        </message>
        <message>
            <source>Open the folder: {title}</source>
            <translation>打开文件夹：{title}</translation>
        </message>
        <message>
            <source>Open the receipts</source>
            <translation>打开回执</translation>
        </message>
        <message>
            <source>Open translation</source>
            <translation>打开译文</translation>
        </message>
        <message>
            <source>Open verdict</source>
            <translation>打开判定</translation>
        </message>
        <message>
            <source>Open what came of this row beside its pictures</source>
            <translation>将此行的结果与其图片并排打开</translation>
        </message>
        <message>
            <source>Open what you want to show. Click here to cancel.</source>
            <translation>请打开要展示的内容。点击此处取消。</translation>
        </message>
        <message>
            <source>Open: {title}</source>
            <translation>打开：{title}</translation>
        </message>
        <message>
            <source>OpenRouter did not accept the sign-in.</source>
            <translation>OpenRouter 没有接受登录。</translation>
        </message>
        <message>
            <source>OpenRouter passes questions on to other services; the others are then never used.</source>
            <translation>OpenRouter 会把问题转给其他服务；其余服务将不会被使用。</translation>
        </message>
        <message>
            <source>OpenRouter's jobs take no pictures and documents from this computer, only pictures on the web.</source>
            <translation>OpenRouter 的任务不接受本机的图片和文档，只接受网络图片。</translation>
        </message>
        <message>
            <source>Opening the browser…</source>
            <translation>正在打开浏览器…</translation>
        </message>
        <message>
            <source>Opening the conversation…</source>
            <translation>正在打开对话…</translation>
        </message>
        <message>
            <source>Or bind a command to a key in your desktop's own keyboard settings:</source>
            <translation>或者在桌面的键盘设置中为按键绑定命令：</translation>
        </message>
        <message>
            <source>Or let this computer read the text in the picture.</source>
            <translation>或者让本机读取图片中的文字。</translation>
        </message>
        <message>
            <source>Order</source>
            <translation>顺序</translation>
        </message>
        <message>
            <source>Original</source>
            <translation>原文</translation>
        </message>
        <message>
            <source>Other ways to answer again</source>
            <translation>其他重新回答的方式</translation>
        </message>
        <message>
            <source>Other ways to copy</source>
            <translation>其他复制方式</translation>
        </message>
        <message>
            <source>Otherwise</source>
            <translation>否则</translation>
        </message>
        <message>
            <source>Otherwise only where the desktop does not let Kireji freeze the screen.</source>
            <translation>否则只在桌面不允许 Kireji 定格屏幕时使用。</translation>
        </message>
        <message>
            <source>Overrule it: say what shall be done.</source>
            <translation>请改判：说明应如何处理。</translation>
        </message>
        <message>
            <source>Overrule the verdict</source>
            <translation>改判</translation>
        </message>
        <message>
            <source>Overrule: say what shall be done</source>
            <translation>改判：说明应如何处理</translation>
        </message>
        <message>
            <source>Overruled: {action}</source>
            <translation>已改判：{action}</translation>
        </message>
        <message>
            <source>Overrule… (O)</source>
            <translation>改判… (O)</translation>
        </message>
        <message>
            <source>Overview</source>
            <translation>概览</translation>
        </message>
        <message>
            <source>Own word</source>
            <translation>自定义词</translation>
        </message>
        <message>
            <source>PDF</source>
            <translation>PDF</translation>
        </message>
        <message>
            <source>PDF documents</source>
            <translation>PDF 文档</translation>
        </message>
        <message>
            <source>PNG picture (*.png)</source>
            <translation>PNG 图片 (*.png)</translation>
        </message>
        <message>
            <source>PNG, JPEG, WebP and GIF files are read.</source>
            <translation>可读取 PNG、JPEG、WebP 和 GIF 文件。</translation>
        </message>
        <message>
            <source>Page Up, Page Down</source>
            <translation>Page Up、Page Down</translation>
        </message>
        <message>
            <source>Pages</source>
            <translation>页面</translation>
        </message>
        <message>
            <source>Pages of these hosts may be fetched</source>
            <translation>可以获取这些主机的网页</translation>
        </message>
        <message>
            <source>Pairs of pictures</source>
            <translation>成对的图片</translation>
        </message>
        <message>
            <source>Part</source>
            <translation>组件</translation>
        </message>
        <message>
            <source>Part of the editor</source>
            <translation>编辑器的部分</translation>
        </message>
        <message>
            <source>Part of the watched region is on no screen now.</source>
            <translation>被监视区域的一部分现在不在任何屏幕上。</translation>
        </message>
        <message>
            <source>Parts of the program</source>
            <translation>程序的组件</translation>
        </message>
        <message>
            <source>Password</source>
            <translation>密码</translation>
        </message>
        <message>
            <source>Passwords</source>
            <translation>密码</translation>
        </message>
        <message>
            <source>Paste</source>
            <translation>粘贴</translation>
        </message>
        <message>
            <source>Paste a JSON schema</source>
            <translation>粘贴 JSON 架构</translation>
        </message>
        <message>
            <source>Paste a key from Anthropic or OpenRouter; it is tested at once.</source>
            <translation>请粘贴 Anthropic 或 OpenRouter 的密钥；会立即测试。</translation>
        </message>
        <message>
            <source>Paste a key in Settings, Keys &amp; models, instead.</source>
            <translation>请改为在“设置”的“密钥与模型”中粘贴密钥。</translation>
        </message>
        <message>
            <source>Paste a text to see how it would leave. It is looked through here and goes nowhere.</source>
            <translation>粘贴一段文字，看看它发送时的样子。检查只在本机进行，文字不会发往任何地方。</translation>
        </message>
        <message>
            <source>Paste picture</source>
            <translation>粘贴图片</translation>
        </message>
        <message>
            <source>Paste the whole key.</source>
            <translation>请粘贴完整的密钥。</translation>
        </message>
        <message>
            <source>Paste your {provider} key</source>
            <translation>粘贴您的 {provider} 密钥</translation>
        </message>
        <message>
            <source>Pasted picture</source>
            <translation>粘贴的图片</translation>
        </message>
        <message>
            <source>Pasted text</source>
            <translation>粘贴的文字</translation>
        </message>
        <message>
            <source>Pause</source>
            <translation>暂停</translation>
        </message>
        <message>
            <source>Pause shortcuts</source>
            <translation>暂停快捷键</translation>
        </message>
        <message>
            <source>Paused from the tray menu; other programs get these keys until you resume there.</source>
            <translation>已从托盘菜单暂停；在恢复之前，其他程序会收到这些按键。</translation>
        </message>
        <message>
            <source>People type with that key. Press it together with Ctrl, Alt or Super.</source>
            <translation>这个键用于打字。请与 Ctrl、Alt 或 Super 一起按。</translation>
        </message>
        <message>
            <source>Permissions you gave</source>
            <translation>您给出的许可</translation>
        </message>
        <message>
            <source>Person number</source>
            <translation>个人证件号</translation>
        </message>
        <message>
            <source>Personal numbers</source>
            <translation>个人证件号</translation>
        </message>
        <message>
            <source>Pick a window; Tab or arrow keys: another one</source>
            <translation>选取窗口；Tab 或方向键：另一个</translation>
        </message>
        <message>
            <source>Picture</source>
            <translation>图片</translation>
        </message>
        <message>
            <source>Picture that is judged</source>
            <translation>所判定的图片</translation>
        </message>
        <message>
            <source>Picture {number}</source>
            <translation>图片 {number}</translation>
        </message>
        <message>
            <source>Picture {number}. Show it in full size</source>
            <translation>图片 {number}。以完整尺寸显示</translation>
        </message>
        <message>
            <source>Picture, {width} × {height} pixels</source>
            <translation>图片，{width} × {height} 像素</translation>
        </message>
        <message>
            <source>Picture, {width} × {height} pixels. Show it large</source>
            <translation>图片，{width} × {height} 像素。放大显示</translation>
        </message>
        <message>
            <source>Picture: {path}</source>
            <translation>图片：{path}</translation>
        </message>
        <message>
            <source>Pictures</source>
            <translation>图片</translation>
        </message>
        <message>
            <source>Pictures ({endings})</source>
            <translation>图片 ({endings})</translation>
        </message>
        <message>
            <source>Pictures and documents</source>
            <translation>图片和文档</translation>
        </message>
        <message>
            <source>Pictures belong together that have the same name in both folders.</source>
            <translation>两个文件夹中名称相同的图片为一对。</translation>
        </message>
        <message>
            <source>Pictures need a prompt that says what to do with each.</source>
            <translation>图片需要提示词，说明如何处理每一张。</translation>
        </message>
        <message>
            <source>Pin to the screen</source>
            <translation>钉在屏幕上</translation>
        </message>
        <message numerus="yes">
            <source>Pin {n} to the top</source>
            <extracomment>Pin to the top</extracomment>
            <translation>
                <numerusform>置顶 {n} 个</numerusform>
            </translation>
        </message>
        <message>
            <source>Pin: before all others</source>
            <translation>置顶：先于其他内容</translation>
        </message>
        <message>
            <source>Pinned</source>
            <translation>已置顶</translation>
        </message>
        <message>
            <source>Pinned picture</source>
            <translation>钉住的图片</translation>
        </message>
        <message>
            <source>Places found</source>
            <translation>找到的位置</translation>
        </message>
        <message>
            <source>Plugins</source>
            <translation>插件</translation>
        </message>
        <message>
            <source>Policies</source>
            <translation>策略</translation>
        </message>
        <message>
            <source>Policies (*.toml)</source>
            <translation>策略 (*.toml)</translation>
        </message>
        <message>
            <source>Policy</source>
            <translation>策略</translation>
        </message>
        <message>
            <source>Precision</source>
            <translation>精确率</translation>
        </message>
        <message>
            <source>Press a shortcut, cut out a piece of the screen and ask about it; the answer streams right beside it. Every conversation is kept on this computer, and what leaves it is written down for you to see.</source>
            <translation>按下快捷键，截取屏幕的一部分并就此提问；回答会在旁边实时显示。所有对话都保存在本机，离开本机的内容都有记录可查。</translation>
        </message>
        <message>
            <source>Press it now</source>
            <translation>现在按一下</translation>
        </message>
        <message>
            <source>Press it now, from here or from any other window.</source>
            <translation>现在就按，在这里或任何其他窗口都可以。</translation>
        </message>
        <message>
            <source>Press it now: {title}</source>
            <translation>现在按一下：{title}</translation>
        </message>
        <message>
            <source>Press the keys, or Escape to keep what was. If nothing happens, another program has them: press others.</source>
            <translation>请按下按键，或按 Escape 保留原来的。如果没有反应，说明其他程序占用了它们：请按别的键。</translation>
        </message>
        <message>
            <source>Press the keys…</source>
            <translation>请按下按键…</translation>
        </message>
        <message>
            <source>Press the new keys, or Escape to keep the old ones. If nothing happens, another program has them: press others.</source>
            <translation>请按下新的按键，或按 Escape 保留原来的。如果没有反应，说明其他程序占用了它们：请按别的键。</translation>
        </message>
        <message>
            <source>Press {chord} anywhere, or use the button.</source>
            <translation>在任何地方按 {chord}，或使用按钮。</translation>
        </message>
        <message>
            <source>Previous conversation in the list</source>
            <translation>列表中的上一个对话</translation>
        </message>
        <message>
            <source>Price</source>
            <translation>价格</translation>
        </message>
        <message>
            <source>Price in</source>
            <translation>输入价格</translation>
        </message>
        <message>
            <source>Price out</source>
            <translation>输出价格</translation>
        </message>
        <message>
            <source>Privacy</source>
            <translation>隐私</translation>
        </message>
        <message>
            <source>Private key</source>
            <translation>私钥</translation>
        </message>
        <message>
            <source>Private keys</source>
            <translation>私钥</translation>
        </message>
        <message>
            <source>Process {number} was started.</source>
            <translation>进程 {number} 已启动。</translation>
        </message>
        <message>
            <source>Program or address found</source>
            <translation>已找到程序或地址</translation>
        </message>
        <message>
            <source>Programs cannot hold a key combination in this Wayland session.</source>
            <translation>在此 Wayland 会话中，程序无法占用组合键。</translation>
        </message>
        <message>
            <source>Progress</source>
            <translation>进度</translation>
        </message>
        <message>
            <source>Project Nightingale</source>
            <translation>夜莺项目</translation>
        </message>
        <message>
            <source>Prompt</source>
            <translation>提示词</translation>
        </message>
        <message>
            <source>Prompt for every picture</source>
            <translation>每张图片的提示词</translation>
        </message>
        <message>
            <source>Prompt for every row</source>
            <translation>每一行的提示词</translation>
        </message>
        <message>
            <source>Prompts</source>
            <translation>快捷提问</translation>
        </message>
        <message>
            <source>Prompts (*.md *.zip)</source>
            <translation>快捷提问 (*.md *.zip)</translation>
        </message>
        <message>
            <source>Protocol spoken</source>
            <translation>已建立协议通信</translation>
        </message>
        <message>
            <source>Provider</source>
            <translation>服务商</translation>
        </message>
        <message>
            <source>Provider: {name}</source>
            <translation>服务商：{name}</translation>
        </message>
        <message>
            <source>Proxy</source>
            <translation>代理</translation>
        </message>
        <message>
            <source>Public keys that it must be signed by</source>
            <translation>用于验证列表签名的公钥</translation>
        </message>
        <message>
            <source>Put into the question</source>
            <translation>放入问题中</translation>
        </message>
        <message>
            <source>Put it there.</source>
            <translation>请将它放到那里。</translation>
        </message>
        <message>
            <source>Put question {place} back into the field</source>
            <translation>将第 {place} 个问题放回输入框</translation>
        </message>
        <message>
            <source>Put the key or token it wants into headers, as Authorization.</source>
            <translation>请将它要求的密钥或令牌作为 Authorization 放入请求头。</translation>
        </message>
        <message>
            <source>Put the value of {name} into an environment variable and write ${{{name}}}, or keep it in the file: every program of yours can read it there.</source>
            <translation>请将 {name} 的值放入环境变量并写成 ${{{name}}}，或保留在文件中：您的每个程序都能在那里读取它。</translation>
        </message>
        <message>
            <source>Put this message away</source>
            <translation>关闭此消息</translation>
        </message>
        <message>
            <source>Put what it means under "$defs", and refer to it as "#/$defs/NAME".</source>
            <translation>请将其含义写在 "$defs" 下，并以 "#/$defs/NAME" 引用。</translation>
        </message>
        <message>
            <source>PySide6 asks for exactly this version of Qt. For another one, replace the libraries of PySide6 and Shiboken, too: they are in the folders PySide6 and shiboken6.</source>
            <translation>PySide6 要求正好是此版本的 Qt。如需其他版本，请一并替换 PySide6 和 Shiboken 的库：它们在文件夹 PySide6 和 shiboken6 中。</translation>
        </message>
        <message>
            <source>Question</source>
            <translation>问题</translation>
        </message>
        <message>
            <source>Questions that are asked with one click, from the selection, the tray or with keys of their own. Type a slash to choose one while you write.</source>
            <translation>一次单击即可提出的问题：来自所选内容、托盘或专用按键。输入时键入斜杠可以选择。</translation>
        </message>
        <message>
            <source>Questions that wait</source>
            <translation>等待中的问题</translation>
        </message>
        <message>
            <source>Queue</source>
            <translation>排队</translation>
        </message>
        <message>
            <source>Quick prompts</source>
            <translation>快捷提问</translation>
        </message>
        <message>
            <source>Quick prompts, in an empty field</source>
            <translation>快捷提问（输入框为空时）</translation>
        </message>
        <message>
            <source>Quit</source>
            <translation>退出</translation>
        </message>
        <message>
            <source>Quit it, then try again.</source>
            <translation>请退出它，然后重试。</translation>
        </message>
        <message>
            <source>Quote in the question</source>
            <translation>在问题中引用</translation>
        </message>
        <message>
            <source>Quote what is selected</source>
            <translation>引用选中的内容</translation>
        </message>
        <message>
            <source>Raise the budget in Settings, Spending, and begin again.</source>
            <translation>请在“设置”的“花费”中提高预算，然后重新开始。</translation>
        </message>
        <message>
            <source>RapidOCR, its PP-OCR models</source>
            <translation type="vanished">RapidOCR 及其 PP-OCR 模型</translation>
        </message>
        <message>
            <source>Raw answer</source>
            <translation>原始回答</translation>
        </message>
        <message>
            <source>Raw row</source>
            <translation>原始行</translation>
        </message>
        <message>
            <source>Read a file</source>
            <translation>读取文件</translation>
        </message>
        <message>
            <source>Read anew</source>
            <translation>重新读取</translation>
        </message>
        <message>
            <source>Read as {value}</source>
            <translation>读作 {value}</translation>
        </message>
        <message>
            <source>Read from the cache</source>
            <translation type="vanished">从缓存读取</translation>
        </message>
        <message>
            <source>Read from the cache this month</source>
            <translation>本月从缓存读取</translation>
        </message>
        <message>
            <source>Read the clipboard</source>
            <translation>读取剪贴板</translation>
        </message>
        <message>
            <source>Read the text in pictures</source>
            <translation>读取图片中的文字</translation>
        </message>
        <message>
            <source>Reader</source>
            <translation>文字识别</translation>
        </message>
        <message>
            <source>Reading</source>
            <translation>正在读取</translation>
        </message>
        <message>
            <source>Reading the backup…</source>
            <translation>正在读取备份…</translation>
        </message>
        <message>
            <source>Reading the fields…</source>
            <translation>正在读取字段…</translation>
        </message>
        <message>
            <source>Reading the picture on this computer</source>
            <translation>正在本机读取图片</translation>
        </message>
        <message>
            <source>Reading the picture…</source>
            <translation>正在读取图片…</translation>
        </message>
        <message>
            <source>Reading the rows broke off.</source>
            <translation>读取各行时中断。</translation>
        </message>
        <message>
            <source>Reading the table…</source>
            <translation>正在读取表格…</translation>
        </message>
        <message>
            <source>Reading verdicts…</source>
            <translation>正在读取判定…</translation>
        </message>
        <message>
            <source>Reading what goes along…  Esc cancels</source>
            <translation>正在读取一并发送的内容…  Esc 取消</translation>
        </message>
        <message>
            <source>Reading…</source>
            <translation>正在读取…</translation>
        </message>
        <message numerus="yes">
            <source>Reading… {n} fields</source>
            <extracomment>Reading… 1 field</extracomment>
            <translation>
                <numerusform>正在读取… {n} 个字段</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Reading… {n} rows</source>
            <extracomment>Reading… 1 row</extracomment>
            <translation>
                <numerusform>正在读取… {n} 行</numerusform>
            </translation>
        </message>
        <message>
            <source>Reads a file: text, picture or PDF.</source>
            <translation>读取文件：文字、图片或 PDF。</translation>
        </message>
        <message>
            <source>Reads the text in a capture without any network. No key needed.</source>
            <translation>无需网络即可读取截图中的文字。不需要密钥。</translation>
        </message>
        <message>
            <source>Reads what you have copied: text or a picture.</source>
            <translation>读取您复制的内容：文字或图片。</translation>
        </message>
        <message>
            <source>Reasoning</source>
            <translation>推理</translation>
        </message>
        <message>
            <source>Recall</source>
            <translation>召回率</translation>
        </message>
        <message>
            <source>Receipt</source>
            <translation>回执</translation>
        </message>
        <message>
            <source>Recent</source>
            <translation>最近</translation>
        </message>
        <message>
            <source>Recently deleted</source>
            <translation>最近删除</translation>
        </message>
        <message>
            <source>Red</source>
            <translation>红色</translation>
        </message>
        <message>
            <source>Redo</source>
            <translation>重做</translation>
        </message>
        <message>
            <source>Redo (Ctrl+Shift+Z)</source>
            <translation>重做 (Ctrl+Shift+Z)</translation>
        </message>
        <message>
            <source>Refused</source>
            <translation>拒绝</translation>
        </message>
        <message>
            <source>Regenerate it with another model</source>
            <translation>用其他模型重新生成</translation>
        </message>
        <message>
            <source>Regenerate it with another model…</source>
            <translation>用其他模型重新生成…</translation>
        </message>
        <message>
            <source>Regenerate the last answer</source>
            <translation>重新生成最后一条回答</translation>
        </message>
        <message>
            <source>Region {number}, {width} × {height} pixels. Remove it</source>
            <translation>区域 {number}，{width} × {height} 像素。移除</translation>
        </message>
        <message>
            <source>Regions for this question</source>
            <translation>用于此问题的区域</translation>
        </message>
        <message>
            <source>Release: take it</source>
            <translation>松开：采用</translation>
        </message>
        <message>
            <source>Reload</source>
            <translation>重新加载</translation>
        </message>
        <message>
            <source>Remark</source>
            <translation>提示</translation>
        </message>
        <message>
            <source>Remove</source>
            <translation>移除</translation>
        </message>
        <message>
            <source>Remove it</source>
            <translation>移除</translation>
        </message>
        <message>
            <source>Remove its permissions</source>
            <translation>移除其许可</translation>
        </message>
        <message>
            <source>Remove picture</source>
            <translation>移除图片</translation>
        </message>
        <message>
            <source>Remove question {place}</source>
            <translation>移除第 {place} 个问题</translation>
        </message>
        <message>
            <source>Remove region {number}</source>
            <translation>移除区域 {number}</translation>
        </message>
        <message>
            <source>Remove that line, then change the setting again.</source>
            <translation>请删除该行，然后重新更改设置。</translation>
        </message>
        <message>
            <source>Remove the job</source>
            <translation>移除任务</translation>
        </message>
        <message>
            <source>Remove the key</source>
            <translation>移除密钥</translation>
        </message>
        <message>
            <source>Remove the key from the keychain? It can be pasted again.</source>
            <translation>要从钥匙串中移除密钥吗？以后可以再次粘贴。</translation>
        </message>
        <message>
            <source>Remove the key of this server</source>
            <translation>移除此服务器的密钥</translation>
        </message>
        <message>
            <source>Remove the keys</source>
            <translation>移除按键</translation>
        </message>
        <message>
            <source>Remove the keys: {title}</source>
            <translation>移除按键：{title}</translation>
        </message>
        <message>
            <source>Remove the server and add it again with its secret.</source>
            <translation>请移除该服务器，然后连同其机密重新添加。</translation>
        </message>
        <message>
            <source>Remove the text to ask about</source>
            <translation>移除要提问的文字</translation>
        </message>
        <message>
            <source>Remove the {title} key</source>
            <translation>移除 {title} 密钥</translation>
        </message>
        <message>
            <source>Remove this row</source>
            <translation>移除此行</translation>
        </message>
        <message>
            <source>Remove {job} ({name}) with {answers} answers? [y/N]</source>
            <translation>移除{job}（{name}）及其 {answers} 条回答？[y/N]</translation>
        </message>
        <message>
            <source>Remove {name}</source>
            <translation>移除 {name}</translation>
        </message>
        <message>
            <source>Remove {name}? The secrets that were kept for it go, too.</source>
            <translation>移除 {name}？为它保存的机密也会一并移除。</translation>
        </message>
        <message>
            <source>Remove {what}</source>
            <translation>移除 {what}</translation>
        </message>
        <message>
            <source>Remove “{job}”?</source>
            <translation>移除“{job}”？</translation>
        </message>
        <message>
            <source>Removed</source>
            <translation>已移除</translation>
        </message>
        <message>
            <source>Remove…</source>
            <translation>移除…</translation>
        </message>
        <message>
            <source>Rename</source>
            <translation>重命名</translation>
        </message>
        <message>
            <source>Rename, in the list</source>
            <translation>重命名（在列表中）</translation>
        </message>
        <message>
            <source>Replace Qt</source>
            <translation>替换 Qt</translation>
        </message>
        <message>
            <source>Replace key…</source>
            <translation>更换密钥…</translation>
        </message>
        <message>
            <source>Replace mine</source>
            <translation>替换我的</translation>
        </message>
        <message>
            <source>Reply</source>
            <translation>回复</translation>
        </message>
        <message>
            <source>Request id: {id}</source>
            <translation>请求编号：{id}</translation>
        </message>
        <message>
            <source>Requests go to {address}, from the environment.</source>
            <translation>请求发往 {address}（来自环境变量）。</translation>
        </message>
        <message>
            <source>Requests, newest first</source>
            <translation>请求，最新的在前</translation>
        </message>
        <message>
            <source>Restore</source>
            <translation>恢复</translation>
        </message>
        <message>
            <source>Restore another one; nothing was changed.</source>
            <translation>请恢复其他备份；没有更改任何内容。</translation>
        </message>
        <message>
            <source>Restore it instead; nothing was imported.</source>
            <translation>请改用恢复；没有导入任何内容。</translation>
        </message>
        <message>
            <source>Restore the one from Kireji</source>
            <translation>恢复 Kireji 自带的</translation>
        </message>
        <message>
            <source>Restore this backup</source>
            <translation>恢复此备份</translation>
        </message>
        <message numerus="yes">
            <source>Restore {n} conversations</source>
            <extracomment>Restore</extracomment>
            <translation>
                <numerusform>恢复 {n} 个对话</numerusform>
            </translation>
        </message>
        <message>
            <source>Restore…</source>
            <translation>恢复…</translation>
        </message>
        <message>
            <source>Restoring…</source>
            <translation>正在恢复…</translation>
        </message>
        <message>
            <source>Result</source>
            <translation>结果</translation>
        </message>
        <message>
            <source>Result of a tool</source>
            <translation>工具结果</translation>
        </message>
        <message>
            <source>Results</source>
            <translation>结果</translation>
        </message>
        <message>
            <source>Results of a job</source>
            <translation>任务的结果</translation>
        </message>
        <message>
            <source>Resume</source>
            <translation>继续</translation>
        </message>
        <message>
            <source>Retry failed</source>
            <translation>重试失败的行</translation>
        </message>
        <message numerus="yes">
            <source>Retry the {n} rows that failed</source>
            <extracomment>Retry the row that failed</extracomment>
            <translation>
                <numerusform>重试失败的 {n} 行</numerusform>
            </translation>
        </message>
        <message>
            <source>Retry those that failed, or add a new job.</source>
            <translation>请重试失败的行，或添加新任务。</translation>
        </message>
        <message>
            <source>Reuse results of earlier jobs</source>
            <translation>复用之前任务的结果</translation>
        </message>
        <message>
            <source>Review</source>
            <translation>审核</translation>
        </message>
        <message>
            <source>Review code</source>
            <translation>审查代码</translation>
        </message>
        <message>
            <source>Review of {name}</source>
            <translation>审核 {name}</translation>
        </message>
        <message>
            <source>Review the code that is shown. Name each problem in order of harm: what is wrong, where (quote the line), what happens because of it, and the exact change that mends it. Look for mistakes, unhandled cases, security holes and races first, then for what makes it hard to read. Do not praise, and do not name matters of taste. If you find no problem, say so in one sentence. Say so where the code is cut off and you cannot tell.</source>
            <translation>请审查所示的代码。按危害程度依次指出每个问题：问题是什么，在哪里（引用该行），会造成什么后果，以及能修复它的确切改动。先找错误、未处理的情况、安全漏洞和竞态，再找使代码难以阅读之处。不要称赞，也不要提只关个人偏好的问题。如果没有发现问题，用一句话说明。代码被截断而无法判断时，请说明。</translation>
        </message>
        <message>
            <source>Review the verdicts</source>
            <translation>审核判定</translation>
        </message>
        <message>
            <source>Review verdicts</source>
            <translation>审核判定</translation>
        </message>
        <message>
            <source>Revoke</source>
            <translation>撤销</translation>
        </message>
        <message>
            <source>Revoke: {tool}, {what}</source>
            <translation>撤销：{tool}，{what}</translation>
        </message>
        <message>
            <source>Rewrite the selection</source>
            <translation>改写所选文字</translation>
        </message>
        <message>
            <source>Rewrite the text below so that it is the same text {{style}}. Keep its language, its meaning, its names, numbers and links, and its line breaks where they carry meaning. Add nothing that is not in it. Write the new text alone, without a word about what you have changed.

{{text}}</source>
            <translation>请改写下面的文字，要求：{{style}}。改写后仍应是同一段文字：保留其语言、含义、名称、数字和链接；换行有意义的，也予以保留。不要添加原文没有的内容。只写新的文字，不要说明您改了什么。

{{text}}</translation>
        </message>
        <message>
            <source>Row</source>
            <translation>行</translation>
        </message>
        <message>
            <source>Row in full</source>
            <translation>整行内容</translation>
        </message>
        <message>
            <source>Row under review</source>
            <translation>正在审核的行</translation>
        </message>
        <message>
            <source>Row {number}</source>
            <translation>第 {number} 行</translation>
        </message>
        <message>
            <source>Row {number} cost {cost}, at full price. Its answer counts; it is not asked again.</source>
            <translation>第 {number} 行费用为 {cost}，按全价计费。其回答有效；不会重复提问。</translation>
        </message>
        <message>
            <source>Row {number} has no verdict that could be accepted.</source>
            <translation>第 {number} 行没有可以接受的判定。</translation>
        </message>
        <message>
            <source>Row {number} has nothing that could be decided about.</source>
            <translation>第 {number} 行没有可以决定的内容。</translation>
        </message>
        <message>
            <source>Row {number} was decided elsewhere meanwhile.</source>
            <translation>第 {number} 行期间已在别处决定。</translation>
        </message>
        <message>
            <source>Row {row}: {read} tokens read, {written} written, {cost}.</source>
            <translation>第 {row} 行：读取 {read} 个 token，写出 {written} 个，{cost}。</translation>
        </message>
        <message>
            <source>Rows</source>
            <translation>行</translation>
        </message>
        <message>
            <source>Rows are labels, columns are verdicts.</source>
            <translation>行为标注，列为判定。</translation>
        </message>
        <message>
            <source>Rows are labels, columns are verdicts. {right} they agree, {wrong} they do not.</source>
            <translation>行为标注，列为判定。{right} 表示一致，{wrong} 表示不一致。</translation>
        </message>
        <message>
            <source>Rows of a job</source>
            <translation>任务的各行</translation>
        </message>
        <message>
            <source>Rows of job {job} have not ended.</source>
            <translation>任务 {job} 还有行未结束。</translation>
        </message>
        <message>
            <source>Rows that were asked exactly so before get that answer again, and cost nothing.</source>
            <translation>之前以完全相同的方式提问过的行会直接使用原来的回答，不产生费用。</translation>
        </message>
        <message>
            <source>Rows {first} to {last}</source>
            <translation>第 {first} 至 {last} 行</translation>
        </message>
        <message>
            <source>Run a command</source>
            <translation>运行命令</translation>
        </message>
        <message>
            <source>Run it again.</source>
            <translation>请重新运行。</translation>
        </message>
        <message>
            <source>Run it all the same</source>
            <translation>仍然运行</translation>
        </message>
        <message>
            <source>Run it anyway (on the command line with --yes), or choose another model.</source>
            <translation>仍然运行（命令行中使用 --yes），或选择其他模型。</translation>
        </message>
        <message>
            <source>Run the last prompt on many rows</source>
            <translation>将最后的提示词用于多行</translation>
        </message>
        <message>
            <source>Run the last prompt on…</source>
            <translation>将最后的提示词用于…</translation>
        </message>
        <message>
            <source>Run this prompt on…</source>
            <translation>将此提示词用于…</translation>
        </message>
        <message>
            <source>Running: {tool}</source>
            <translation>正在运行：{tool}</translation>
        </message>
        <message>
            <source>Runs a command line in your shell. You see it before it runs.</source>
            <translation>在您的 shell 中运行命令行。运行之前您会看到它。</translation>
        </message>
        <message>
            <source>SHA-256 of the bytes</source>
            <translation>字节的 SHA-256</translation>
        </message>
        <message>
            <source>Save</source>
            <translation>保存</translation>
        </message>
        <message>
            <source>Save as version {version}</source>
            <translation>保存为版本 {version}</translation>
        </message>
        <message>
            <source>Save as…</source>
            <translation>另存为…</translation>
        </message>
        <message>
            <source>Save decision</source>
            <translation>保存决定</translation>
        </message>
        <message>
            <source>Save it as UTF-8.</source>
            <translation>请保存为 UTF-8。</translation>
        </message>
        <message>
            <source>Save it as a PDF and attach that.</source>
            <translation>请另存为 PDF 后附加。</translation>
        </message>
        <message>
            <source>Save it as a file first.</source>
            <translation>请先保存为文件。</translation>
        </message>
        <message>
            <source>Save it without one.</source>
            <translation>请保存为无密码的文件。</translation>
        </message>
        <message>
            <source>Save nothing</source>
            <translation>不保存</translation>
        </message>
        <message>
            <source>Save or download it again.</source>
            <translation>请重新保存或下载。</translation>
        </message>
        <message>
            <source>Save the picture</source>
            <translation>保存图片</translation>
        </message>
        <message>
            <source>Save the picture as a file (Ctrl+S)</source>
            <translation>将图片保存为文件 (Ctrl+S)</translation>
        </message>
        <message>
            <source>Save the prompt</source>
            <translation>保存快捷提问</translation>
        </message>
        <message>
            <source>Save the result</source>
            <translation>保存结果</translation>
        </message>
        <message>
            <source>Save the table</source>
            <translation>保存表格</translation>
        </message>
        <message>
            <source>Save the table as CSV UTF-8.</source>
            <translation>请将表格保存为 CSV UTF-8。</translation>
        </message>
        <message>
            <source>Save what is written here over the file</source>
            <translation>用此处所写的内容覆盖文件</translation>
        </message>
        <message>
            <source>Save, save as</source>
            <translation>保存、另存为</translation>
        </message>
        <message>
            <source>Save, still version {version}</source>
            <translation>保存，仍为版本 {version}</translation>
        </message>
        <message>
            <source>Saved as {file}.</source>
            <translation>已保存为 {file}。</translation>
        </message>
        <message>
            <source>Saved as {path}.</source>
            <translation>已保存为 {path}。</translation>
        </message>
        <message>
            <source>Saved, it stands in the place of the one of this name from Kireji, which can be restored.</source>
            <translation>保存后，它取代 Kireji 自带的同名项；自带的可以恢复。</translation>
        </message>
        <message>
            <source>Save…</source>
            <translation>保存…</translation>
        </message>
        <message>
            <source>Saving…</source>
            <translation>正在保存…</translation>
        </message>
        <message>
            <source>Say how it is reached: its command, or its address.</source>
            <translation>请说明如何访问它：其命令或其地址。</translation>
        </message>
        <message>
            <source>Say into which, such as English or de.</source>
            <translation>请说明翻译成哪种语言，例如 English 或 de。</translation>
        </message>
        <message>
            <source>Say what a check takes</source>
            <translation>说明检查所需的费用和时间</translation>
        </message>
        <message>
            <source>Schema of what is wanted, as JSON</source>
            <translation>所需内容的架构 (JSON)</translation>
        </message>
        <message>
            <source>Screen</source>
            <translation>屏幕</translation>
        </message>
        <message>
            <source>Screens are at (x,y,width,height): {shown}.</source>
            <translation>屏幕位于 (x,y,宽,高)：{shown}。</translation>
        </message>
        <message>
            <source>Search</source>
            <translation>搜索</translation>
        </message>
        <message>
            <source>Search earlier conversations</source>
            <translation>搜索之前的对话</translation>
        </message>
        <message>
            <source>Search everything</source>
            <translation>搜索全部内容</translation>
        </message>
        <message>
            <source>Search everything…</source>
            <translation>搜索全部内容…</translation>
        </message>
        <message>
            <source>Search files</source>
            <translation>搜索文件</translation>
        </message>
        <message>
            <source>Search in files</source>
            <translation>在文件中搜索</translation>
        </message>
        <message>
            <source>Search in what goes along</source>
            <translation>在一并发送的内容中搜索</translation>
        </message>
        <message>
            <source>Search models</source>
            <translation>搜索模型</translation>
        </message>
        <message>
            <source>Search results</source>
            <translation>搜索结果</translation>
        </message>
        <message>
            <source>Search the help</source>
            <translation>搜索帮助</translation>
        </message>
        <message>
            <source>Search the help…</source>
            <translation>搜索帮助…</translation>
        </message>
        <message>
            <source>Search the parts</source>
            <translation>搜索组件</translation>
        </message>
        <message>
            <source>Second picture</source>
            <translation>第二张图片</translation>
        </message>
        <message>
            <source>Secret</source>
            <translation>保密</translation>
        </message>
        <message>
            <source>See all</source>
            <translation>显示全部</translation>
        </message>
        <message>
            <source>See all of it in the main window</source>
            <translation>在主窗口中查看全部</translation>
        </message>
        <message>
            <source>See one answer before the rest: at full price, and not asked again.</source>
            <translation>先看一条回答：按全价计费，不会重复提问。</translation>
        </message>
        <message>
            <source>See what it wrote on its standard error.</source>
            <translation>请查看它在标准错误中写了什么。</translation>
        </message>
        <message>
            <source>See which there are with: kireji mcp list</source>
            <translation>查看有哪些：kireji mcp list</translation>
        </message>
        <message>
            <source>Select a passage of an answer first, then quote it.</source>
            <translation>请先选中回答中的一段，然后引用。</translation>
        </message>
        <message>
            <source>Select all</source>
            <translation>全选</translation>
        </message>
        <message>
            <source>Select some text in any program, then ask again.</source>
            <translation>请在任意程序中选中一些文字，然后重新提问。</translation>
        </message>
        <message>
            <source>Send</source>
            <translation>发送</translation>
        </message>
        <message>
            <source>Send again</source>
            <translation>重新发送</translation>
        </message>
        <message>
            <source>Send anyway</source>
            <translation>仍然发送</translation>
        </message>
        <message>
            <source>Send hidden</source>
            <translation>隐藏后发送</translation>
        </message>
        <message>
            <source>Send it</source>
            <translation>发送</translation>
        </message>
        <message>
            <source>Send it anyway (on the command line with --yes), or choose another model.</source>
            <translation>仍然发送（命令行中使用 --yes），或选择其他模型。</translation>
        </message>
        <message>
            <source>Send it anyway, or choose another model.</source>
            <translation type="vanished">请仍然发送，或选择其他模型。</translation>
        </message>
        <message>
            <source>Send it as it is</source>
            <translation>原样发送</translation>
        </message>
        <message>
            <source>Send question {place} anyway: {words}</source>
            <translation>仍然发送第 {place} 个问题：{words}</translation>
        </message>
        <message>
            <source>Send the question although its price is unknown</source>
            <translation>价格未知，仍然发送问题</translation>
        </message>
        <message>
            <source>Send them again?</source>
            <translation>重新发送？</translation>
        </message>
        <message>
            <source>Send what could not be looked into?</source>
            <translation>发送无法检查的内容？</translation>
        </message>
        <message numerus="yes">
            <source>Send {n} uncertain rows again</source>
            <extracomment>Send the uncertain row again</extracomment>
            <translation>
                <numerusform>重新发送 {n} 个不确定的行</numerusform>
            </translation>
        </message>
        <message>
            <source>Send; while an answer streams: queue</source>
            <translation>发送；正在生成回答时：排队</translation>
        </message>
        <message>
            <source>Sending the question</source>
            <translation>正在发送问题</translation>
        </message>
        <message>
            <source>Sends what would be asked to the service, which counts it and charges nothing.</source>
            <translation>将要提问的内容发送给服务，由服务计数，不收费。</translation>
        </message>
        <message>
            <source>Sent as it is, everything in it can be seen; nothing has left yet.</source>
            <translation>如果原样发送，其中的一切都能被看到；目前还没有内容离开本机。</translation>
        </message>
        <message>
            <source>Sent to</source>
            <translation>发送至</translation>
        </message>
        <message>
            <source>Sent together to a batch service</source>
            <translation>一起发送给批处理服务</translation>
        </message>
        <message>
            <source>Sent without being looked through: {names}.</source>
            <translation>未经检查即发送：{names}。</translation>
        </message>
        <message>
            <source>Server started</source>
            <translation>服务器已启动</translation>
        </message>
        <message>
            <source>Service</source>
            <translation>服务</translation>
        </message>
        <message>
            <source>Services get [MAIL_1] in the place of an address, and solid boxes in the place of what pictures show. In answers you read what was there. “Ask first” shows you what was found.</source>
            <translation>服务得到的是代替地址的 [MAIL_1]，以及代替图片内容的实心方块。在回答中您看到的是原来的内容。“先询问”会让您看到找到了什么。</translation>
        </message>
        <message>
            <source>Set a corner; while dragging: move the whole</source>
            <translation>确定一个角；拖动时：移动整体</translation>
        </message>
        <message>
            <source>Set a key (kireji keys set anthropic), or start a model server.</source>
            <translation>请设置密钥 (kireji keys set anthropic)，或启动模型服务器。</translation>
        </message>
        <message>
            <source>Set a number</source>
            <translation>放置编号</translation>
        </message>
        <message>
            <source>Set both or neither: an address from the environment gets no stored key.</source>
            <translation>请同时设置两者，或都不设置：来自环境变量的地址不会使用已保存的密钥。</translation>
        </message>
        <message>
            <source>Set it before Kireji starts, or write ${{{name}:-default}}.</source>
            <translation>请在 Kireji 启动前设置它，或写成 ${{{name}:-default}}。</translation>
        </message>
        <message>
            <source>Set keys…</source>
            <translation>设置按键…</translation>
        </message>
        <message>
            <source>Set the key as an environment variable.</source>
            <translation>请将密钥设为环境变量。</translation>
        </message>
        <message>
            <source>Set {name} in the section [{section}] by hand.</source>
            <translation>请手动在 [{section}] 节中设置 {name}。</translation>
        </message>
        <message>
            <source>Set {variables} in the environment instead.</source>
            <translation>请改为在环境变量中设置 {variables}。</translation>
        </message>
        <message>
            <source>Settings</source>
            <translation>设置</translation>
        </message>
        <message>
            <source>Settings and the list of servers</source>
            <translation>设置和服务器列表</translation>
        </message>
        <message>
            <source>Settings of tools…</source>
            <translation>工具设置…</translation>
        </message>
        <message>
            <source>Settings page</source>
            <translation>设置页面</translation>
        </message>
        <message>
            <source>Settings, tools or the program have changed since, a stop text went along, or a box was taken away.</source>
            <translation>此后设置、工具或程序有了变化，或同时发送了停止文本，或移除了某个方块。</translation>
        </message>
        <message>
            <source>Several conversations do not fit into one file.</source>
            <translation>多个对话无法放入一个文件。</translation>
        </message>
        <message>
            <source>Several prompts go into one archive, so its name ends in .zip.</source>
            <translation>多个快捷提问放入一个压缩包，因此其名称以 .zip 结尾。</translation>
        </message>
        <message>
            <source>Shortcuts</source>
            <translation>快捷键</translation>
        </message>
        <message>
            <source>Shortcuts are paused. Resume them from the tray menu.</source>
            <translation>快捷键已暂停。请从托盘菜单恢复。</translation>
        </message>
        <message>
            <source>Shorten it.</source>
            <translation>请将它缩短。</translation>
        </message>
        <message>
            <source>Shortened on the picture, for lack of room</source>
            <translation>因空间不足，在图片上已缩短</translation>
        </message>
        <message>
            <source>Show all</source>
            <translation>显示全部</translation>
        </message>
        <message>
            <source>Show all ({count} more characters)</source>
            <translation>显示全部（还有 {count} 个字符）</translation>
        </message>
        <message>
            <source>Show all jobs</source>
            <translation>显示所有任务</translation>
        </message>
        <message>
            <source>Show all of the picture</source>
            <translation>显示整张图片</translation>
        </message>
        <message numerus="yes">
            <source>Show all {n}</source>
            <extracomment>Show all</extracomment>
            <translation>
                <numerusform>显示全部 {n} 条</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Show all {n} models</source>
            <extracomment>Show the model</extracomment>
            <translation>
                <numerusform>显示全部 {n} 个模型</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Show all {n} tools</source>
            <extracomment>Show the tool</extracomment>
            <translation>
                <numerusform>显示全部 {n} 个工具</numerusform>
            </translation>
        </message>
        <message>
            <source>Show another branch</source>
            <translation>显示另一个分支</translation>
        </message>
        <message>
            <source>Show in folder</source>
            <translation>在文件夹中显示</translation>
        </message>
        <message>
            <source>Show it in full size</source>
            <translation>以完整尺寸显示</translation>
        </message>
        <message>
            <source>Show it large</source>
            <translation>放大显示</translation>
        </message>
        <message>
            <source>Show only these, so that more of the picture is seen</source>
            <translation>只显示这些，以便看到图片的更多部分</translation>
        </message>
        <message>
            <source>Show or hide the details</source>
            <translation>显示或隐藏详情</translation>
        </message>
        <message>
            <source>Show receipt</source>
            <translation>显示回执</translation>
        </message>
        <message>
            <source>Show the contents</source>
            <translation>显示目录</translation>
        </message>
        <message>
            <source>Show the conversations</source>
            <translation>显示对话列表</translation>
        </message>
        <message>
            <source>Show the field, too (Enter)</source>
            <translation>同时显示字段 (Enter)</translation>
        </message>
        <message>
            <source>Show the file</source>
            <translation>显示文件</translation>
        </message>
        <message>
            <source>Show the file as it is now; what is written here goes</source>
            <translation>显示文件现在的内容；此处所写的内容将丢弃</translation>
        </message>
        <message>
            <source>Show the last few only</source>
            <translation>只显示最近几条</translation>
        </message>
        <message>
            <source>Show the original (Space; hold it to peek)</source>
            <translation>显示原文（空格键；按住可暂看）</translation>
        </message>
        <message>
            <source>Show the text</source>
            <translation>显示文字</translation>
        </message>
        <message>
            <source>Show them</source>
            <translation>显示它们</translation>
        </message>
        <message>
            <source>Show what was sent</source>
            <translation>显示已发送的内容</translation>
        </message>
        <message>
            <source>Show what will be sent</source>
            <translation>显示将要发送的内容</translation>
        </message>
        <message numerus="yes">
            <source>Show {n} more</source>
            <extracomment>Show one more</extracomment>
            <translation>
                <numerusform>再显示 {n} 条</numerusform>
            </translation>
        </message>
        <message>
            <source>Shown by {name}.</source>
            <translation>由 {name} 显示。</translation>
        </message>
        <message>
            <source>Shown here: {rows} of {all_rows} rows, {columns} of {all_columns} columns.</source>
            <translation>此处显示：{all_rows} 行中的 {rows} 行，{all_columns} 列中的 {columns} 列。</translation>
        </message>
        <message>
            <source>Shown here: {some} of {all} fields.</source>
            <translation>此处显示：{all} 个字段中的 {some} 个。</translation>
        </message>
        <message>
            <source>Shrink it below {most} megapixels.</source>
            <translation>请缩小到 {most} 百万像素以下。</translation>
        </message>
        <message>
            <source>Shrink it below {most} million pixels.</source>
            <translation>请缩小到 {most} 百万像素以下。</translation>
        </message>
        <message>
            <source>Side by side</source>
            <translation>并排</translation>
        </message>
        <message>
            <source>Sign in again, or paste a key instead.</source>
            <translation>请重新登录，或改为粘贴密钥。</translation>
        </message>
        <message>
            <source>Sign in again; the page in the browser works only once and only for a few minutes.</source>
            <translation>请重新登录；浏览器中的页面只能使用一次，且只在几分钟内有效。</translation>
        </message>
        <message>
            <source>Sign in in browser</source>
            <translation>在浏览器中登录</translation>
        </message>
        <message>
            <source>Sign in with OpenRouter</source>
            <translation>使用 OpenRouter 登录</translation>
        </message>
        <message>
            <source>Sign-in</source>
            <translation>登录</translation>
        </message>
        <message>
            <source>Since the beginning</source>
            <translation>自开始以来</translation>
        </message>
        <message>
            <source>Since the check of {date} (version {version}, {model})</source>
            <translation>自 {date} 的检查以来（版本 {version}，{model}）</translation>
        </message>
        <message>
            <source>Size</source>
            <translation>大小</translation>
        </message>
        <message>
            <source>Skip this version</source>
            <translation>跳过此版本</translation>
        </message>
        <message>
            <source>Smaller</source>
            <translation>缩小</translation>
        </message>
        <message>
            <source>So that conversations are found by what their pictures say. This computer does it by itself, while nothing else goes on; nothing is sent.</source>
            <translation>这样可以按图片中的文字找到对话。由本机在空闲时自行完成；不会发送任何内容。</translation>
        </message>
        <message>
            <source>Software, or flatpak update, brings it.</source>
            <translation>可通过“软件”应用或 flatpak update 更新。</translation>
        </message>
        <message>
            <source>Some settings could not be used:</source>
            <translation>有些设置无法使用：</translation>
        </message>
        <message>
            <source>Somebody may be keeping newer versions from you. Look at the download page.</source>
            <translation>可能有人在阻止您获得新版本。请查看下载页面。</translation>
        </message>
        <message>
            <source>Something differs here; the model says nothing about it.</source>
            <translation>此处有所不同；模型没有对此说明。</translation>
        </message>
        <message>
            <source>Something in Kireji failed before this answer was complete.</source>
            <translation>在回答完成之前，Kireji 内部出现错误。</translation>
        </message>
        <message>
            <source>Something in Kireji failed, so the region is not watched any more. The log says more.</source>
            <translation>Kireji 内部出现错误，因此不再监视该区域。详情见日志。</translation>
        </message>
        <message>
            <source>Something in Kireji failed.</source>
            <translation>Kireji 内部出现错误。</translation>
        </message>
        <message>
            <source>Something in Kireji failed. The log has the details; please try again.</source>
            <translation>Kireji 内部出现错误。详情见日志；请重试。</translation>
        </message>
        <message>
            <source>Something in Kireji failed. The log has the details; press the shortcut to start again.</source>
            <translation>Kireji 内部出现错误。详情见日志；请按快捷键重新开始。</translation>
        </message>
        <message>
            <source>Something in Kireji failed. The log has the details; what you were doing can be repeated.</source>
            <translation>Kireji 内部出现错误。详情见日志；刚才的操作可以重试。</translation>
        </message>
        <message>
            <source>Something in Kireji failed; the log says more.</source>
            <translation>Kireji 内部出现错误；详情见日志。</translation>
        </message>
        <message>
            <source>Something in it is written as base64, and is neither a picture nor a PDF document, or is damaged.</source>
            <translation>其中有 Base64 格式的内容，既不是图片也不是 PDF 文档，或已损坏。</translation>
        </message>
        <message>
            <source>Something in its file waits; its log may say more.</source>
            <translation>其文件中有内容在等待；详情可能见其日志。</translation>
        </message>
        <message>
            <source>Something is hidden in a document that stands where no words can.</source>
            <translation>有一个文档中含有应隐藏的内容，但其位置不能放文字。</translation>
        </message>
        <message>
            <source>Something is missing in this address. Try again in Kireji.</source>
            <translation>此地址缺少内容。请在 Kireji 中重试。</translation>
        </message>
        <message>
            <source>Something went wrong inside Kireji; the log says what. Resume the job to try again.</source>
            <translation>Kireji 内部出现错误；详情见日志。继续任务即可重试。</translation>
        </message>
        <message>
            <source>Source</source>
            <translation>源语言</translation>
        </message>
        <message>
            <source>Source code: {address}</source>
            <translation>源代码：{address}</translation>
        </message>
        <message>
            <source>Space</source>
            <translation>空格</translation>
        </message>
        <message>
            <source>Space shows the original</source>
            <translation>按空格键显示原文</translation>
        </message>
        <message>
            <source>Space switches a line on or off, P pins it, Delete takes it out.</source>
            <translation>空格键打开或关闭一行，P 置顶，Delete 移除。</translation>
        </message>
        <message>
            <source>Space: move it as it is</source>
            <translation>空格：整体移动</translation>
        </message>
        <message>
            <source>Spending</source>
            <translation>花费</translation>
        </message>
        <message>
            <source>Spent</source>
            <translation>已花费</translation>
        </message>
        <message>
            <source>Spent in the last {days} days: {total}; most on {day}: {most}.</source>
            <translation>最近 {days} 天花费：{total}；最多的一天是 {day}：{most}。</translation>
        </message>
        <message>
            <source>Split it, or save it with smaller pictures.</source>
            <translation>请拆分，或以较小的图片保存。</translation>
        </message>
        <message>
            <source>Spreadsheet (*.xlsx)</source>
            <translation>电子表格 (*.xlsx)</translation>
        </message>
        <message>
            <source>Stands on the work of</source>
            <translation type="vanished">基于以下项目</translation>
        </message>
        <message numerus="yes">
            <source>Stands on the work of others: {n} parts.</source>
            <extracomment>Stands on the work of others: 1 part.</extracomment>
            <translation>
                <numerusform>基于他人的成果：{n} 个组件。</numerusform>
            </translation>
        </message>
        <message>
            <source>Start</source>
            <translation>开始</translation>
        </message>
        <message>
            <source>Start Kireji again.</source>
            <translation>请重新启动 Kireji。</translation>
        </message>
        <message>
            <source>Start Kireji from a desktop, or give it a picture file.</source>
            <translation>请从桌面启动 Kireji，或给它一个图片文件。</translation>
        </message>
        <message>
            <source>Start Kireji from a desktop.</source>
            <translation>请从桌面启动 Kireji。</translation>
        </message>
        <message>
            <source>Start Kireji from the desktop.</source>
            <translation>请从桌面启动 Kireji。</translation>
        </message>
        <message>
            <source>Start Ollama, LM Studio or llama.cpp, or name its address in Settings, Keys &amp; models.</source>
            <translation>请启动 Ollama、LM Studio 或 llama.cpp，或在“设置”的“密钥与模型”中填写其地址。</translation>
        </message>
        <message>
            <source>Start Ollama, llama.cpp or LM Studio, or enter the server's address in Settings.</source>
            <translation>请启动 Ollama、llama.cpp 或 LM Studio，或在设置中输入服务器地址。</translation>
        </message>
        <message>
            <source>Start Ollama, llama.cpp or LM Studio, then look again. Nothing leaves this computer.</source>
            <translation>请启动 Ollama、llama.cpp 或 LM Studio，然后重新寻找。不会有任何内容离开本机。</translation>
        </message>
        <message>
            <source>Start a new conversation with a smaller picture.</source>
            <translation>请用较小的图片开始新对话。</translation>
        </message>
        <message>
            <source>Start a new conversation without it, or save the picture as PNG first.</source>
            <translation>请不带该图片开始新对话，或先将它另存为 PNG。</translation>
        </message>
        <message>
            <source>Start a new conversation, or leave out or shorten the largest part of the question.</source>
            <translation>请开始新对话，或去掉或缩短问题中最大的部分。</translation>
        </message>
        <message>
            <source>Start a new conversation, or leave some out.</source>
            <translation>请开始新对话，或去掉一些。</translation>
        </message>
        <message>
            <source>Start a new conversation, or use fewer or smaller pictures.</source>
            <translation>请开始新对话，或使用更少、更小的图片。</translation>
        </message>
        <message>
            <source>Start a new conversation.</source>
            <translation type="vanished">请开始新对话。</translation>
        </message>
        <message>
            <source>Start a notification daemon, such as the desktop's own.</source>
            <translation>请启动通知服务，例如桌面自带的。</translation>
        </message>
        <message>
            <source>Start it again when the desktop is back; what was written before is in the history.</source>
            <translation>桌面恢复后请重新启动；之前写下的内容都在历史记录中。</translation>
        </message>
        <message>
            <source>Start it again.</source>
            <translation>请重新开始。</translation>
        </message>
        <message>
            <source>Start it and ask again, or check the address.</source>
            <translation>请启动它后重新提问，或检查地址。</translation>
        </message>
        <message>
            <source>Start the newer version again. To go on with this one, move {database} away and put {copy} in its place.</source>
            <translation>请重新启动较新的版本。如要继续使用此版本，请将 {database} 移走，并把 {copy} 放在它的位置。</translation>
        </message>
        <message>
            <source>Start the newer version, or choose another folder with KIREJI_HOME; the file was left as it is.</source>
            <translation>请启动较新的版本，或用 KIREJI_HOME 选择其他文件夹；文件保持原样。</translation>
        </message>
        <message>
            <source>Start when you log in</source>
            <translation>登录时启动</translation>
        </message>
        <message>
            <source>Start without the bad lines? [y/N]</source>
            <translation>略过无效行并开始？[y/N]</translation>
        </message>
        <message>
            <source>Start? [y/N]</source>
            <translation>开始？[y/N]</translation>
        </message>
        <message>
            <source>State</source>
            <translation>状态</translation>
        </message>
        <message>
            <source>Stays here</source>
            <translation>留在本机</translation>
        </message>
        <message>
            <source>Stays here: {what}</source>
            <translation>留在本机：{what}</translation>
        </message>
        <message>
            <source>Stays in the tray, with the shortcuts ready. Nothing is opened and nothing is sent.</source>
            <translation>停留在托盘中，快捷键随时可用。不会打开或发送任何内容。</translation>
        </message>
        <message>
            <source>Still to come back: {rows}.</source>
            <translation>尚待返回：{rows}。</translation>
        </message>
        <message>
            <source>Stop</source>
            <translation>停止</translation>
        </message>
        <message>
            <source>Stop judging</source>
            <translation>停止判定</translation>
        </message>
        <message>
            <source>Stop the answer</source>
            <translation>停止回答</translation>
        </message>
        <message>
            <source>Stop the answer and keep what has arrived</source>
            <translation>停止回答并保留已收到的内容</translation>
        </message>
        <message>
            <source>Stop the check</source>
            <translation>停止检查</translation>
        </message>
        <message>
            <source>Stop: {title}</source>
            <translation>停止：{title}</translation>
        </message>
        <message>
            <source>Stopped. What was added before stays.</source>
            <translation>已停止。之前添加的内容保留。</translation>
        </message>
        <message>
            <source>Stopping after the items that are being judged…</source>
            <translation>将在正在判定的项完成后停止…</translation>
        </message>
        <message>
            <source>Stops</source>
            <translation>停止文本</translation>
        </message>
        <message>
            <source>Stricter: not even for a short time. Fewer models can answer.</source>
            <translation>更严格：短时间也不保留。可回答的模型更少。</translation>
        </message>
        <message>
            <source>Such text may tell the model what to do. So a tool that could send something or change something asks again here, even if you have allowed it before.</source>
            <translation>这类文字可能会指示模型做什么。因此，可能发送或更改内容的工具在此会再次询问，即使您之前已经允许。</translation>
        </message>
        <message>
            <source>Suggested version that complies</source>
            <translation>符合要求的建议版本</translation>
        </message>
        <message>
            <source>Summarise</source>
            <translation>总结</translation>
        </message>
        <message>
            <source>Summarise what is left out…</source>
            <translation>总结未发送的部分…</translation>
        </message>
        <message>
            <source>Summarise what is shown in at most five short points, the most important first. Keep names, numbers and dates exact. Add nothing that is not there.</source>
            <translation>请用最多五个简短要点总结图中内容，最重要的在前。名称、数字和日期须准确。不要添加图中没有的内容。</translation>
        </message>
        <message>
            <source>Summarising what is left out: part {number} of {count}…</source>
            <translation>正在总结未发送的部分：第 {number} 部分，共 {count} 部分…</translation>
        </message>
        <message>
            <source>Summarising what is left out…</source>
            <translation>正在总结未发送的部分…</translation>
        </message>
        <message>
            <source>Summary of {count} earlier messages</source>
            <translation>{count} 条之前消息的总结</translation>
        </message>
        <message>
            <source>Switch it in Windows' Settings, Apps, Startup.</source>
            <translation>请在 Windows 设置的“应用”、“启动”中切换。</translation>
        </message>
        <message>
            <source>Switch it on in System Settings, General, Login Items, Allow in the Background.</source>
            <translation>请在“系统设置”、“通用”、“登录项”、“允许在后台”中打开。</translation>
        </message>
        <message>
            <source>Switch off</source>
            <translation>关闭</translation>
        </message>
        <message>
            <source>Switch on</source>
            <translation>打开</translation>
        </message>
        <message>
            <source>Switch them off and on in Settings, Shortcuts.</source>
            <translation>请在“设置”的“快捷键”中关闭后重新打开。</translation>
        </message>
        <message>
            <source>System</source>
            <translation>系统</translation>
        </message>
        <message>
            <source>Tab, Delete</source>
            <translation>Tab、Delete</translation>
        </message>
        <message>
            <source>Tab: the next</source>
            <translation>Tab：下一个</translation>
        </message>
        <message>
            <source>Table</source>
            <translation>表格</translation>
        </message>
        <message>
            <source>Table (*.csv)</source>
            <translation>表格 (*.csv)</translation>
        </message>
        <message>
            <source>Table with tabs (*.tsv)</source>
            <translation>制表符分隔的表格 (*.tsv)</translation>
        </message>
        <message>
            <source>Table {number}</source>
            <translation>表格 {number}</translation>
        </message>
        <message>
            <source>Take a part of it.</source>
            <translation>请取其中一部分。</translation>
        </message>
        <message>
            <source>Take it out and ask again.</source>
            <translation>请将其移除，然后重新提问。</translation>
        </message>
        <message>
            <source>Take it out, have it left out (on the command line: --drop {name}), or let Anthropic answer.</source>
            <translation>请将它去掉，或让程序略过它（命令行中使用 --drop {name}），或由 Anthropic 回答。</translation>
        </message>
        <message>
            <source>Take it out, have it left out (on the command line: --drop {name}), or let OpenRouter or a local server answer.</source>
            <translation>请将它去掉，或让程序略过它（命令行中使用 --drop {name}），或由 OpenRouter 或本地服务器回答。</translation>
        </message>
        <message>
            <source>Take it out, or add it again.</source>
            <translation>请将其移除，或重新添加。</translation>
        </message>
        <message>
            <source>Take it out, or let Anthropic answer.</source>
            <translation>请将它去掉，或由 Anthropic 回答。</translation>
        </message>
        <message>
            <source>Take it out, or let OpenRouter or a local server answer.</source>
            <translation>请将它去掉，或由 OpenRouter 或本地服务器回答。</translation>
        </message>
        <message>
            <source>Take out a table</source>
            <translation>提取表格</translation>
        </message>
        <message>
            <source>Take out fields</source>
            <translation>提取字段</translation>
        </message>
        <message>
            <source>Take the denial back</source>
            <translation>撤回拒绝</translation>
        </message>
        <message>
            <source>Take the fields out of the picture</source>
            <translation>提取图片中的字段</translation>
        </message>
        <message>
            <source>Take the fields out of {count} pictures</source>
            <translation>提取 {count} 张图片中的字段</translation>
        </message>
        <message>
            <source>Take the tables out of the picture</source>
            <translation>提取图片中的表格</translation>
        </message>
        <message>
            <source>Take the tables out of {count} pictures</source>
            <translation>提取 {count} 张图片中的表格</translation>
        </message>
        <message>
            <source>Take what a schema asks for out of the picture</source>
            <translation>按架构提取图片中的内容</translation>
        </message>
        <message>
            <source>Take what a schema asks for out of {count} pictures</source>
            <translation>按架构提取 {count} 张图片中的内容</translation>
        </message>
        <message>
            <source>Take what is offered; ask once something is selected</source>
            <translation>采用所提示的内容；已有选区时提问</translation>
        </message>
        <message>
            <source>Takes a picture of your screen as it is at that moment.</source>
            <translation>截取您的屏幕当时的图片。</translation>
        </message>
        <message>
            <source>Tax and social security numbers, identity cards, passports</source>
            <translation>税号、社会保障号、身份证、护照</translation>
        </message>
        <message>
            <source>Telephone number</source>
            <translation>电话号码</translation>
        </message>
        <message>
            <source>Telephone numbers</source>
            <translation>电话号码</translation>
        </message>
        <message>
            <source>Tells date and time, also of other zones and other moments.</source>
            <translation>告知日期和时间，也包括其他时区和其他时刻。</translation>
        </message>
        <message>
            <source>Test</source>
            <translation>测试</translation>
        </message>
        <message>
            <source>Test and keep</source>
            <translation>测试并保存</translation>
        </message>
        <message>
            <source>Test connection</source>
            <translation>测试连接</translation>
        </message>
        <message>
            <source>Test it in Settings, Tools, to try at once.</source>
            <translation>请在“设置”的“工具”中测试，以立即尝试。</translation>
        </message>
        <message>
            <source>Test of a key</source>
            <translation>密钥测试</translation>
        </message>
        <message>
            <source>Test the {title} key</source>
            <translation>测试 {title} 密钥</translation>
        </message>
        <message>
            <source>Testing the key with the service…</source>
            <translation>正在向服务测试密钥…</translation>
        </message>
        <message>
            <source>Testing…</source>
            <translation>正在测试…</translation>
        </message>
        <message>
            <source>Text</source>
            <translation>文字</translation>
        </message>
        <message>
            <source>Text in pictures is read on this computer.</source>
            <translation>图片中的文字由本机读取。</translation>
        </message>
        <message>
            <source>Text of the policy</source>
            <translation>策略的文本</translation>
        </message>
        <message>
            <source>Text size</source>
            <translation>文字大小</translation>
        </message>
        <message>
            <source>Text that I type</source>
            <translation>我输入的文字</translation>
        </message>
        <message>
            <source>Text to ask about</source>
            <translation>要提问的文字</translation>
        </message>
        <message numerus="yes">
            <source>Text to ask about, {n} characters</source>
            <extracomment>Text to ask about, 1 character</extracomment>
            <translation>
                <numerusform>要提问的文字，{n} 个字符</numerusform>
            </translation>
        </message>
        <message>
            <source>That ends when its command or address changes.</source>
            <translation>当其命令或地址改变时，这一信任即终止。</translation>
        </message>
        <message>
            <source>That ends when its file changes.</source>
            <translation>当其文件改变时，这一信任即终止。</translation>
        </message>
        <message>
            <source>That is in the list already.</source>
            <translation>它已在列表中。</translation>
        </message>
        <message>
            <source>That is neither an Anthropic key (sk-ant-…) nor an OpenRouter key (sk-or-…).</source>
            <translation>这既不是 Anthropic 密钥 (sk-ant-…)，也不是 OpenRouter 密钥 (sk-or-…)。</translation>
        </message>
        <message>
            <source>That is no host. A host is written like docs.python.org, without a path or a star.</source>
            <translation>这不是主机。主机写作 docs.python.org 的形式，不含路径或星号。</translation>
        </message>
        <message>
            <source>That is not a file name.</source>
            <translation>这不是文件名。</translation>
        </message>
        <message>
            <source>That is not a key.</source>
            <translation>这不是密钥。</translation>
        </message>
        <message>
            <source>That is not a secret for webhooks: it begins with whsec_, and Base64 follows.</source>
            <translation>这不是 Webhook 的机密：它应以 whsec_ 开头，后接 Base64。</translation>
        </message>
        <message>
            <source>That model cannot see pictures; it gets the text this computer reads in them.</source>
            <translation>该模型看不到图片；它会得到本机从中读出的文字。</translation>
        </message>
        <message>
            <source>That would leave too many files out one by one. Switch whole folders instead.</source>
            <translation>这样会逐个排除过多文件。请改为打开或关闭整个文件夹。</translation>
        </message>
        <message>
            <source>The JSON holds half of a character, as \ud83d without its other half.</source>
            <translation>JSON 中有半个字符，例如缺少另一半的 \ud83d。</translation>
        </message>
        <message>
            <source>The JSON is broken at column {column}: there is a NUL byte.</source>
            <translation>JSON 在第 {column} 列出错：有一个 NUL 字节。</translation>
        </message>
        <message>
            <source>The JSON is broken at column {column}: {reason}.</source>
            <translation>JSON 在第 {column} 列出错：{reason}。</translation>
        </message>
        <message>
            <source>The PDF could not be read.</source>
            <translation>无法读取 PDF。</translation>
        </message>
        <message>
            <source>The PDF has more than {most} pages.</source>
            <translation>PDF 超过 {most} 页。</translation>
        </message>
        <message>
            <source>The PDF holds no words; its pages are pictures.</source>
            <translation>PDF 中没有文字；其页面都是图片。</translation>
        </message>
        <message>
            <source>The PDF is damaged.</source>
            <translation>PDF 已损坏。</translation>
        </message>
        <message>
            <source>The PDF is larger than {most} MB.</source>
            <translation>PDF 超过 {most} MB。</translation>
        </message>
        <message>
            <source>The PDF is protected by a password.</source>
            <translation>PDF 受密码保护。</translation>
        </message>
        <message>
            <source>The PDF takes too long to read, or is damaged.</source>
            <translation>读取 PDF 耗时太长，或 PDF 已损坏。</translation>
        </message>
        <message>
            <source>The account of this key at {name} has a payment problem or no credit left.</source>
            <translation>此密钥在 {name} 的账户有付款问题，或余额不足。</translation>
        </message>
        <message>
            <source>The account of this key has reached its spending limit or has no credit left.</source>
            <translation>此密钥的账户已达到支出上限，或余额不足。</translation>
        </message>
        <message>
            <source>The address</source>
            <translation>地址</translation>
        </message>
        <message>
            <source>The address leads to what is not an address of the web.</source>
            <translation>该地址指向的不是网络地址。</translation>
        </message>
        <message>
            <source>The address of the picture has a name or a password in it, which no service takes.</source>
            <translation>图片地址中含有用户名或密码，没有服务接受。</translation>
        </message>
        <message>
            <source>The address of the proxy is none that can be used: it begins with http:// or https://.</source>
            <translation>代理地址无法使用：应以 http:// 或 https:// 开头。</translation>
        </message>
        <message>
            <source>The address of the webhook has a name or password in it, and nothing is sent there.</source>
            <translation>Webhook 的地址中含有用户名或密码，因此不会向其发送任何内容。</translation>
        </message>
        <message>
            <source>The address of the webhook is not an address of the web.</source>
            <translation>Webhook 的地址不是网络地址。</translation>
        </message>
        <message>
            <source>The address of updates does not begin with https.</source>
            <translation>更新地址不是以 https 开头。</translation>
        </message>
        <message>
            <source>The address of updates leads from one place to the next without end.</source>
            <translation>更新地址不断重定向，没有尽头。</translation>
        </message>
        <message>
            <source>The address of updates leads into the local network; it was not followed.</source>
            <translation>更新地址指向本地网络；没有继续访问。</translation>
        </message>
        <message>
            <source>The address of updates leads on to one that is not https; it was not followed.</source>
            <translation>更新地址重定向到不是 https 的地址；没有继续访问。</translation>
        </message>
        <message>
            <source>The address of updates leads to what is no address.</source>
            <translation>更新地址重定向到的不是有效地址。</translation>
        </message>
        <message>
            <source>The answer broke off before its end.</source>
            <translation>回答在结束前中断。</translation>
        </message>
        <message>
            <source>The answer broke off before its first word.</source>
            <translation>回答在第一个字之前中断。</translation>
        </message>
        <message>
            <source>The answer broke off.</source>
            <translation>回答中断。</translation>
        </message>
        <message>
            <source>The answer cannot be read.</source>
            <translation>无法读取回答。</translation>
        </message>
        <message>
            <source>The answer comes from an earlier job; it was not asked again.</source>
            <translation>回答取自之前的任务；没有重新提问。</translation>
        </message>
        <message>
            <source>The answer does not fit the policy: {why}</source>
            <translation>回答不符合策略：{why}</translation>
        </message>
        <message>
            <source>The answer does not fit the schema: {why}</source>
            <translation>回答不符合架构：{why}</translation>
        </message>
        <message>
            <source>The answer does not fit: {why}</source>
            <translation>回答不符合要求：{why}</translation>
        </message>
        <message>
            <source>The answer ends at {rule}.</source>
            <translation>回答在 {rule} 处结束。</translation>
        </message>
        <message>
            <source>The answer is</source>
            <translation>回答形式</translation>
        </message>
        <message>
            <source>The answer is empty.</source>
            <translation>回答为空。</translation>
        </message>
        <message>
            <source>The answer is no JSON, so it does not fit the schema.</source>
            <translation>回答不是 JSON，因此不符合架构。</translation>
        </message>
        <message>
            <source>The answer paused after many steps. It can be continued.</source>
            <translation>回答在多个步骤后暂停。可以继续。</translation>
        </message>
        <message>
            <source>The answer was cut at the maximum length. It can be continued.</source>
            <translation>回答因达到最大长度而被截断。可以继续。</translation>
        </message>
        <message>
            <source>The answer was cut because the conversation fills all that this model can read. It can be continued with a model that reads more, or in a new conversation.</source>
            <translation type="vanished">对话已占满该模型能读取的全部内容，因此回答被截断。可用能读取更多的模型继续，或在新对话中继续。</translation>
        </message>
        <message>
            <source>The answer was cut because the conversation fills all that this model can read. It can be continued: the oldest messages then no longer go along.</source>
            <translation>回答被截断，因为对话已占满此模型能读取的全部长度。可以继续：届时最早的消息不再一并发送。</translation>
        </message>
        <message>
            <source>The answer was cut before its end, because it is longer than the model may write.</source>
            <translation>回答在结束前被截断，因为它超过了模型所能写的长度。</translation>
        </message>
        <message>
            <source>The answer was cut before its end, because it is longer than the model may write: the last rows are missing. Choose a smaller region for them.</source>
            <translation>回答在结束前被截断，因为它超过了模型所能写的长度：缺少最后的行。请为它们选取较小的区域。</translation>
        </message>
        <message>
            <source>The answer was cut off at its longest length.</source>
            <translation>回答达到最大长度后被截断。</translation>
        </message>
        <message>
            <source>The answer was cut off: the model can read no more.</source>
            <translation>回答被截断：模型无法读取更多内容。</translation>
        </message>
        <message>
            <source>The answers have no columns.</source>
            <translation>回答没有列。</translation>
        </message>
        <message>
            <source>The arguments are no JSON object.</source>
            <translation>参数不是 JSON 对象。</translation>
        </message>
        <message>
            <source>The arguments are no JSON: {error}</source>
            <translation>参数不是 JSON：{error}</translation>
        </message>
        <message>
            <source>The arguments do not fit: {problem}</source>
            <translation>参数不符合要求：{problem}</translation>
        </message>
        <message>
            <source>The arguments of this call have not all arrived; it was not run.</source>
            <translation>此调用的参数没有全部到达；没有运行。</translation>
        </message>
        <message>
            <source>The backup was made, but does not pass its check, so it was thrown away.</source>
            <translation>备份已完成，但未通过检查，因此已丢弃。</translation>
        </message>
        <message>
            <source>The backup {name} is damaged.</source>
            <translation>备份 {name} 已损坏。</translation>
        </message>
        <message>
            <source>The brace at “{near}” in the prompt has no other half.</source>
            <translation>提示词中“{near}”处的花括号不成对。</translation>
        </message>
        <message>
            <source>The browser came back without a code.</source>
            <translation>浏览器返回时没有代码。</translation>
        </message>
        <message>
            <source>The budget for one conversation is {most}; {taken} of it is spent or under way, and this could cost {cost}.</source>
            <translation>单个对话的预算为 {most}；其中 {taken} 已花费或进行中，而此次可能需要 {cost}。</translation>
        </message>
        <message>
            <source>The budget for this month is {most}; {taken} of it is spent or under way, and this could cost {cost}.</source>
            <translation>本月的预算为 {most}；其中 {taken} 已花费或进行中，而此次可能需要 {cost}。</translation>
        </message>
        <message>
            <source>The budget for today is {most}; {taken} of it is spent or under way, and this could cost {cost}.</source>
            <translation>今天的预算为 {most}；其中 {taken} 已花费或进行中，而此次可能需要 {cost}。</translation>
        </message>
        <message>
            <source>The certificate "{subject}" of {host}</source>
            <translation>{host} 的证书“{subject}”</translation>
        </message>
        <message>
            <source>The certificate of {host}</source>
            <translation>{host} 的证书</translation>
        </message>
        <message>
            <source>The certificate of {host} is not trusted.</source>
            <translation>{host} 的证书不受信任。</translation>
        </message>
        <message>
            <source>The certificates in {path}, named by {name}, cannot be read.</source>
            <translation>无法读取 {name} 指定的 {path} 中的证书。</translation>
        </message>
        <message>
            <source>The certificates of the system are trusted. Choose a file (PEM) for others beside them.</source>
            <translation>信任系统的证书。如需其他证书，请选择一个 PEM 文件。</translation>
        </message>
        <message>
            <source>The clipboard</source>
            <translation>剪贴板</translation>
        </message>
        <message>
            <source>The connection failed; the log says more.</source>
            <translation>连接失败；详情见日志。</translation>
        </message>
        <message>
            <source>The connection to the desktop was lost.</source>
            <translation>与桌面的连接已断开。</translation>
        </message>
        <message>
            <source>The connection to {host} was lost.</source>
            <translation>与 {host} 的连接已断开。</translation>
        </message>
        <message>
            <source>The connection to {server} was lost before it had answered.</source>
            <translation>在 {server} 响应之前，与它的连接已断开。</translation>
        </message>
        <message>
            <source>The conversation fills all that this model can read. Ask a model that reads more, or in a new conversation.</source>
            <translation>对话已占满此模型能读取的全部长度。请询问能读取更多内容的模型，或在新对话中提问。</translation>
        </message>
        <message>
            <source>The conversation no longer fits what the model can read.</source>
            <translation>对话已超出模型能读取的长度。</translation>
        </message>
        <message>
            <source>The conversation with its pictures is too large to send.</source>
            <translation>对话及其图片太大，无法发送。</translation>
        </message>
        <message>
            <source>The decision about row {number} is taken back.</source>
            <translation>已撤回关于第 {number} 行的决定。</translation>
        </message>
        <message>
            <source>The desktop did not accept “{title}”. {bind_by_hand}</source>
            <translation>桌面没有接受“{title}”。{bind_by_hand}</translation>
        </message>
        <message>
            <source>The desktop does not let Kireji take pictures of the screen.</source>
            <translation>桌面不允许 Kireji 截取屏幕。</translation>
        </message>
        <message>
            <source>The desktop does not tell its proxy: enter the proxy in Settings, Network.</source>
            <translation>桌面不提供其代理：请在“设置”的“网络”中输入代理。</translation>
        </message>
        <message>
            <source>The desktop gave no answer when asked for the screen.</source>
            <translation>请求截取屏幕时，桌面没有答复。</translation>
        </message>
        <message>
            <source>The desktop gave no keys for this. Choose them in its keyboard settings, or bind the command.</source>
            <translation>桌面没有为此分配按键。请在其键盘设置中选择，或绑定命令。</translation>
        </message>
        <message>
            <source>The desktop gave something else than a picture of the screen.</source>
            <translation>桌面给出的不是屏幕图片。</translation>
        </message>
        <message>
            <source>The desktop gave these keys; {chord} was asked for.</source>
            <translation>桌面给了这些按键；所请求的是 {chord}。</translation>
        </message>
        <message>
            <source>The desktop has not answered yet whether it gives the shortcut; it may be asking you.</source>
            <translation>桌面尚未答复是否分配该快捷键；它可能正在询问您。</translation>
        </message>
        <message>
            <source>The desktop has not answered yet; it may be asking you.</source>
            <translation>桌面尚未答复；它可能正在询问您。</translation>
        </message>
        <message>
            <source>The desktop has taken the shortcuts back.</source>
            <translation>桌面收回了快捷键。</translation>
        </message>
        <message>
            <source>The desktop knows “{title}” but gave it no keys. Set them in its keyboard settings.</source>
            <translation>桌面知道“{title}”，但没有分配按键。请在其键盘设置中设置。</translation>
        </message>
        <message>
            <source>The desktop names a SOCKS proxy, which is not followed: enter an HTTP proxy in Settings, Network.</source>
            <translation>桌面设置了 SOCKS 代理，不予采用：请在“设置”的“网络”中输入 HTTP 代理。</translation>
        </message>
        <message>
            <source>The desktop names a proxy script, which is not followed: enter the proxy in Settings, Network.</source>
            <translation>桌面设置了代理脚本，不予采用：请在“设置”的“网络”中输入代理。</translation>
        </message>
        <message>
            <source>The desktop never answered when asked for shortcuts.</source>
            <translation>请求快捷键时，桌面始终没有答复。</translation>
        </message>
        <message>
            <source>The desktop refused the shortcuts.</source>
            <translation>桌面拒绝了快捷键。</translation>
        </message>
        <message>
            <source>The desktop uses its proxy for a few hosts only, which is not followed: enter the proxy in Settings, Network.</source>
            <translation>桌面只对少数主机使用代理，不予采用：请在“设置”的“网络”中输入代理。</translation>
        </message>
        <message>
            <source>The desktop's picture of the screen cannot be opened.</source>
            <translation>无法打开桌面截取的屏幕图片。</translation>
        </message>
        <message>
            <source>The desktop's picture of the screen cannot be read.</source>
            <translation>无法读取桌面截取的屏幕图片。</translation>
        </message>
        <message>
            <source>The desktop's portal answers in a way Kireji does not know.</source>
            <translation>桌面的门户服务以 Kireji 不了解的方式答复。</translation>
        </message>
        <message>
            <source>The desktop's portal does not answer.</source>
            <translation>桌面的门户服务没有响应。</translation>
        </message>
        <message>
            <source>The desktop's portal has stopped.</source>
            <translation>桌面的门户服务已停止。</translation>
        </message>
        <message>
            <source>The desktop's portal refused.</source>
            <translation>桌面的门户服务拒绝了请求。</translation>
        </message>
        <message>
            <source>The desktop's question about the picture of the screen was declined.</source>
            <translation>桌面关于截取屏幕的询问被拒绝。</translation>
        </message>
        <message>
            <source>The desktop's screenshot portal, version {version}.</source>
            <translation>桌面的截图门户，版本 {version}。</translation>
        </message>
        <message>
            <source>The desktop's shortcuts portal, version {version}.</source>
            <translation>桌面的快捷键门户，版本 {version}。</translation>
        </message>
        <message>
            <source>The display cannot be reached.</source>
            <translation>无法连接显示设备。</translation>
        </message>
        <message>
            <source>The display has gone.</source>
            <translation>显示连接已断开。</translation>
        </message>
        <message>
            <source>The display is gone, so Kireji has ended.</source>
            <translation>显示连接已断开，Kireji 已结束。</translation>
        </message>
        <message>
            <source>The display {display} cannot be reached.</source>
            <translation>无法连接显示设备 {display}。</translation>
        </message>
        <message>
            <source>The download page says how.</source>
            <translation>下载页面说明了方法。</translation>
        </message>
        <message>
            <source>The earlier region lies on no screen any more. Drag to cut out another one.</source>
            <translation>之前的区域已不在任何屏幕上。请拖动选取另一个。</translation>
        </message>
        <message>
            <source>The entry for the login cannot be written: {reason}.</source>
            <translation>无法写入登录项：{reason}。</translation>
        </message>
        <message>
            <source>The entry for the session's start cannot be written: {reason}.</source>
            <translation>无法写入会话启动项：{reason}。</translation>
        </message>
        <message>
            <source>The entry holds a sign that no program can be given.</source>
            <translation>条目含有无法传给任何程序的字符。</translation>
        </message>
        <message>
            <source>The entry is complete.</source>
            <translation>条目完整。</translation>
        </message>
        <message>
            <source>The entry that starts Kireji with your session goes, too.</source>
            <translation>登录时启动 Kireji 的启动项也会一并删除。</translation>
        </message>
        <message>
            <source>The entry {name} is not an object: {{...}}.</source>
            <translation>条目 {name} 不是对象：{{...}}。</translation>
        </message>
        <message>
            <source>The export was stopped; nothing of it was kept.</source>
            <translation>导出已停止；没有保留任何内容。</translation>
        </message>
        <message>
            <source>The file can be read. Its certificates are trusted beside the system's.</source>
            <translation>文件可以读取。除系统证书外，也信任其中的证书。</translation>
        </message>
        <message>
            <source>The file cannot be read ({reason}).</source>
            <translation>无法读取文件（{reason}）。</translation>
        </message>
        <message>
            <source>The file ends in the middle of it.</source>
            <translation>文件在中间结束。</translation>
        </message>
        <message>
            <source>The file ends in the middle; what comes after is missing.</source>
            <translation>文件在中间结束；后面的内容缺失。</translation>
        </message>
        <message numerus="yes">
            <source>The file has {n} prompts.</source>
            <extracomment>The file has 1 prompt.</extracomment>
            <translation>
                <numerusform>文件中有 {n} 个快捷提问。</numerusform>
            </translation>
        </message>
        <message>
            <source>The file holds control characters.</source>
            <translation>文件含有控制字符。</translation>
        </message>
        <message>
            <source>The file is empty.</source>
            <translation>文件为空。</translation>
        </message>
        <message>
            <source>The file is larger than {most} MB.</source>
            <translation>文件超过 {most} MB。</translation>
        </message>
        <message>
            <source>The file is longer than {count} KB.</source>
            <translation>文件超过 {count} KB。</translation>
        </message>
        <message>
            <source>The file is not UTF-8 text.</source>
            <translation>文件不是 UTF-8 文本。</translation>
        </message>
        <message>
            <source>The file is not UTF-8 text: what could not be read is shown as �.</source>
            <translation>文件不是 UTF-8 文本：无法读取的部分显示为 �。</translation>
        </message>
        <message>
            <source>The file was changed elsewhere meanwhile</source>
            <translation>文件期间已在别处更改</translation>
        </message>
        <message>
            <source>The file was changed elsewhere; this is what stands in it now.</source>
            <translation>文件已在别处更改；这是它现在的内容。</translation>
        </message>
        <message>
            <source>The file with what was to be sent is gone, or was changed.</source>
            <translation>待发送内容的文件已不存在，或被更改。</translation>
        </message>
        <message>
            <source>The first message did not go along: it no longer fits.</source>
            <translation>第一条消息没有一并发送：已放不下。</translation>
        </message>
        <message>
            <source>The first row asks:</source>
            <translation>第一行的提问：</translation>
        </message>
        <message>
            <source>The first row of a table names them, as in text,language.</source>
            <translation>表格的第一行写明列名，例如 text,language。</translation>
        </message>
        <message>
            <source>The first row of {path} cannot be read: {reason}.</source>
            <translation>无法读取 {path} 的第一行：{reason}。</translation>
        </message>
        <message>
            <source>The first that failed, {id}: {why}</source>
            <translation>第一个失败的行，{id}：{why}</translation>
        </message>
        <message>
            <source>The first that sees pictures</source>
            <translation>第一个能看图片的</translation>
        </message>
        <message>
            <source>The first {count} are older than the chain; that they were not changed before it began, nobody can say.</source>
            <translation>最前面的 {count} 个早于校验链；在校验链开始之前它们是否被更改，无人能确认。</translation>
        </message>
        <message>
            <source>The first {count} messages did not go along: they no longer fit.</source>
            <translation>前 {count} 条消息没有一并发送：已放不下。</translation>
        </message>
        <message>
            <source>The folder {folder} is not there.</source>
            <translation>文件夹 {folder} 不存在。</translation>
        </message>
        <message>
            <source>The folder {path} cannot be written: {reason}. Make it writable, then try again.</source>
            <translation>无法写入文件夹 {path}：{reason}。请将其设为可写，然后重试。</translation>
        </message>
        <message>
            <source>The history in {path} is damaged.</source>
            <translation>{path} 中的历史记录已损坏。</translation>
        </message>
        <message>
            <source>The id holds characters that cannot be seen.</source>
            <translation>ID 中含有不可见的字符。</translation>
        </message>
        <message>
            <source>The id is empty.</source>
            <translation>ID 为空。</translation>
        </message>
        <message>
            <source>The id is longer than {most} characters.</source>
            <translation>ID 超过 {most} 个字符。</translation>
        </message>
        <message>
            <source>The job ended before this question was answered.</source>
            <translation>任务在回答此问题之前结束了。</translation>
        </message>
        <message>
            <source>The job goes on at the service; kireji batch run{number} collects it.</source>
            <translation>任务在服务中继续；kireji batch run{number} 会取回结果。</translation>
        </message>
        <message>
            <source>The job was removed meanwhile.</source>
            <translation>任务在此期间被移除。</translation>
        </message>
        <message>
            <source>The jobs go on at the service; kireji batch run collects them.</source>
            <translation>各任务在服务中继续；kireji batch run 会取回结果。</translation>
        </message>
        <message>
            <source>The key comes from {variable} and is never stored.</source>
            <translation>密钥来自 {variable}，从不保存。</translation>
        </message>
        <message>
            <source>The key holds characters that no key has.</source>
            <translation>密钥含有不应出现的字符。</translation>
        </message>
        <message>
            <source>The key is empty.</source>
            <translation>密钥为空。</translation>
        </message>
        <message>
            <source>The key is {length} characters long; a keychain entry holds {max_length}.</source>
            <translation>密钥长 {length} 个字符；钥匙串条目最多容纳 {max_length} 个。</translation>
        </message>
        <message>
            <source>The keychain could not be opened.</source>
            <translation>无法打开钥匙串。</translation>
        </message>
        <message>
            <source>The keychain does not answer.</source>
            <translation>钥匙串没有响应。</translation>
        </message>
        <message>
            <source>The keychain failed.</source>
            <translation>钥匙串出错。</translation>
        </message>
        <message>
            <source>The keychain holds no {name}.</source>
            <translation>钥匙串中没有 {name}。</translation>
        </message>
        <message>
            <source>The keychain is locked.</source>
            <translation>钥匙串已锁定。</translation>
        </message>
        <message>
            <source>The last capture</source>
            <translation>最近一张截图</translation>
        </message>
        <message>
            <source>The last captures</source>
            <translation>最近的截图</translation>
        </message>
        <message>
            <source>The last row is {number}.</source>
            <translation>最后一行是第 {number} 行。</translation>
        </message>
        <message>
            <source>The last {count} captures</source>
            <translation>最近 {count} 张截图</translation>
        </message>
        <message numerus="yes">
            <source>The last {n} captures</source>
            <extracomment>The last capture</extracomment>
            <translation>
                <numerusform>最近 {n} 张截图</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>The last {n} days</source>
            <extracomment>The last day</extracomment>
            <translation>
                <numerusform>最近 {n} 天</numerusform>
            </translation>
        </message>
        <message>
            <source>The ledger is not what was written.</source>
            <translation>台账与写入时不一致。</translation>
        </message>
        <message>
            <source>The ledger is whole: none of its {count} requests was changed, removed or added since it was written.</source>
            <translation>台账完整：其中 {count} 个请求自写入以来没有任何更改、移除或添加。</translation>
        </message>
        <message>
            <source>The ledger notes of every request when it left, where to, how large it was and its hash. What was in it is kept only if you want that.</source>
            <translation>台账记录每个请求的发出时间、去向、大小和哈希值。只有在您愿意时才会保存其内容。</translation>
        </message>
        <message>
            <source>The library libxcb is missing.</source>
            <translation>缺少 libxcb 库。</translation>
        </message>
        <message>
            <source>The line brings a whole question along; this job asks its own about a prompt, pictures, or both.</source>
            <translation>该行带有完整的问题；此任务用自己的问题来询问提示词、图片或两者。</translation>
        </message>
        <message>
            <source>The line could not be read.</source>
            <translation>无法读取该行。</translation>
        </message>
        <message>
            <source>The line has a method or a url, but no body.</source>
            <translation>该行有 method 或 url，但没有 body。</translation>
        </message>
        <message>
            <source>The line has a schema of its own, and the job has one, too.</source>
            <translation>该行有自己的架构，而任务也有一个。</translation>
        </message>
        <message>
            <source>The line has a shape that is not known here.</source>
            <translation>该行的格式无法识别。</translation>
        </message>
        <message>
            <source>The line has more than one of prompt, params and body.</source>
            <translation>该行的 prompt、params 和 body 不止一个。</translation>
        </message>
        <message>
            <source>The line has neither a prompt, nor params, nor a body.</source>
            <translation>该行没有 prompt、params 或 body。</translation>
        </message>
        <message>
            <source>The line has no prompt, and the job has none for lines without.</source>
            <translation>该行没有提示词，而任务也没有为此类行准备提示词。</translation>
        </message>
        <message>
            <source>The line has two ids.</source>
            <translation>该行有两个 ID。</translation>
        </message>
        <message>
            <source>The line is larger than the {most} MB that one question may have.</source>
            <translation>该行超过单个问题允许的 {most} MB。</translation>
        </message>
        <message>
            <source>The line is nested too deeply, or holds a number with too many digits.</source>
            <translation>该行嵌套太深，或含有位数太多的数字。</translation>
        </message>
        <message>
            <source>The line is not UTF-8: there is a wrong byte at column {column}.</source>
            <translation>该行不是 UTF-8：第 {column} 列有错误的字节。</translation>
        </message>
        <message>
            <source>The line is not a JSON object.</source>
            <translation>该行不是 JSON 对象。</translation>
        </message>
        <message>
            <source>The line names more than {most} pictures.</source>
            <translation>该行指定的图片超过 {most} 张。</translation>
        </message>
        <message>
            <source>The line names the model {model}, the job asks {other}. Give the job a model, or split the file.</source>
            <translation>该行指定的模型是 {model}，而任务询问 {other}。请为任务指定模型，或拆分文件。</translation>
        </message>
        <message>
            <source>The list names no file for this system; the download page may know more.</source>
            <translation>列表中没有适用于此系统的文件；下载页面可能有更多信息。</translation>
        </message>
        <message>
            <source>The list of keys</source>
            <translation>公钥列表</translation>
        </message>
        <message>
            <source>The list of parts cannot be read. Install Kireji again.</source>
            <translation>无法读取组件列表。请重新安装 Kireji。</translation>
        </message>
        <message>
            <source>The list of versions did not arrive within {seconds} seconds.</source>
            <translation>在 {seconds} 秒内没有收到版本列表。</translation>
        </message>
        <message>
            <source>The list of versions ended on {date} and was not renewed.</source>
            <translation>版本列表已于 {date} 到期，没有续期。</translation>
        </message>
        <message>
            <source>The list of versions is dated {date}, which is in the future.</source>
            <translation>版本列表的日期为 {date}，是未来的日期。</translation>
        </message>
        <message>
            <source>The list of versions is not signed by a key that is trusted here.</source>
            <translation>版本列表没有用此处信任的密钥签名。</translation>
        </message>
        <message>
            <source>The list of versions is written for a later version of Kireji.</source>
            <translation>版本列表是为较新版本的 Kireji 编写的。</translation>
        </message>
        <message>
            <source>The list of versions of {old} was offered again after the one of {new}.</source>
            <translation>已收到过 {new} 的版本列表，现在收到的却是 {old} 的旧列表。</translation>
        </message>
        <message>
            <source>The local server</source>
            <translation>本地服务器</translation>
        </message>
        <message>
            <source>The local server was reached, but does not take the key.</source>
            <translation>已连接本地服务器，但密钥不被接受。</translation>
        </message>
        <message>
            <source>The method is {method}; questions are asked with POST.</source>
            <translation>方法是 {method}；提问使用 POST。</translation>
        </message>
        <message>
            <source>The model</source>
            <translation>模型</translation>
        </message>
        <message>
            <source>The model asked for a tool that is not there ({names}); none ran.</source>
            <translation>模型请求了不存在的工具（{names}）；没有运行任何工具。</translation>
        </message>
        <message>
            <source>The model decides</source>
            <translation>由模型决定</translation>
        </message>
        <message>
            <source>The model declined to answer.</source>
            <translation>模型拒绝回答。</translation>
        </message>
        <message>
            <source>The model declined to answer{about}.</source>
            <translation>模型拒绝回答{about}。</translation>
        </message>
        <message>
            <source>The model declined to answer{about}. Ask differently, or choose another model.</source>
            <translation>模型拒绝回答{about}。请换一种问法，或选择其他模型。</translation>
        </message>
        <message>
            <source>The model declined to judge this example.</source>
            <translation>模型拒绝判定此示例。</translation>
        </message>
        <message>
            <source>The model gave no answer. Ask again, or with a lower effort.</source>
            <translation>模型没有给出回答。请重新提问，或降低推理强度。</translation>
        </message>
        <message>
            <source>The model gave no summary.</source>
            <translation>模型没有给出总结。</translation>
        </message>
        <message>
            <source>The model has refused nothing.</source>
            <translation>模型没有拒绝任何内容。</translation>
        </message>
        <message>
            <source>The model is {sure}.</source>
            <translation>模型{sure}。</translation>
        </message>
        <message>
            <source>The model may still be loading, or be too large for this computer: ask again, or choose a smaller one.</source>
            <translation>模型可能仍在加载，或对本机来说太大：请重新提问，或选择较小的模型。</translation>
        </message>
        <message>
            <source>The model quotes nothing for it.</source>
            <translation>模型没有为此引用任何内容。</translation>
        </message>
        <message>
            <source>The model reached the maximum length before its first word. Ask again with a lower effort or a higher maximum.</source>
            <translation>模型在第一个字之前就达到了最大长度。请降低推理强度或提高上限后重新提问。</translation>
        </message>
        <message>
            <source>The model refused to judge; the policy says what is done then.</source>
            <translation>模型拒绝判定；此时如何处理由策略规定。</translation>
        </message>
        <message>
            <source>The model said nothing more after its tools had run. It can be continued.</source>
            <translation>工具运行之后，模型没有再说什么。可以继续。</translation>
        </message>
        <message>
            <source>The model wanted to go on calling tools after the last round that is allowed; these did not run.</source>
            <translation>在允许的最后一轮之后，模型仍想继续调用工具；这些调用没有运行。</translation>
        </message>
        <message>
            <source>The model {model} cannot see pictures.</source>
            <translation>模型 {model} 看不到图片。</translation>
        </message>
        <message>
            <source>The model {model} does not exist at {host}.</source>
            <translation>{host} 上没有模型 {model}。</translation>
        </message>
        <message>
            <source>The model {model} does not exist or is not open to this key.</source>
            <translation>模型 {model} 不存在，或此密钥无权使用。</translation>
        </message>
        <message>
            <source>The model {model} has been retired; {new} replaces it.</source>
            <translation>模型 {model} 已停用；由 {new} 代替。</translation>
        </message>
        <message>
            <source>The model {model} is no longer served; {new} replaces it.</source>
            <translation>模型 {model} 已不再提供；由 {new} 代替。</translation>
        </message>
        <message>
            <source>The model's answer did not have the form it was asked for, twice.</source>
            <translation>模型的回答两次都不符合所要求的形式。</translation>
        </message>
        <message>
            <source>The models could not be listed.</source>
            <translation>无法列出模型。</translation>
        </message>
        <message>
            <source>The module of {entry} is not installed. Install it again.</source>
            <translation>{entry} 的模块未安装。请重新安装。</translation>
        </message>
        <message>
            <source>The name of the picture is empty.</source>
            <translation>图片名称为空。</translation>
        </message>
        <message>
            <source>The name {name} may only have small letters, digits and hyphens between them.</source>
            <translation>名称 {name} 只能含小写字母、数字以及它们之间的连字符。</translation>
        </message>
        <message>
            <source>The new secret</source>
            <translation>新机密</translation>
        </message>
        <message>
            <source>The next question has about {tokens} tokens; with an answer of {answer} it costs about {cost}.</source>
            <translation>下一个问题约有 {tokens} 个 token；如果回答为 {answer} 个，费用约为 {cost}。</translation>
        </message>
        <message>
            <source>The next row</source>
            <translation>下一行</translation>
        </message>
        <message>
            <source>The next row (J)</source>
            <translation>下一行 (J)</translation>
        </message>
        <message>
            <source>The next version</source>
            <translation>下一个版本</translation>
        </message>
        <message>
            <source>The other rows wait as job {id}: kireji batch run {id}</source>
            <translation>其余各行作为任务 {id} 等待：kireji batch run {id}</translation>
        </message>
        <message>
            <source>The page did not arrive within {seconds} seconds.</source>
            <translation>网页在 {seconds} 秒内没有到达。</translation>
        </message>
        <message>
            <source>The page is larger than {most} MB, or none.</source>
            <translation>网页大于 {most} MB，或者不是网页。</translation>
        </message>
        <message>
            <source>The path of the folder for {name} is too long ({size} bytes).</source>
            <translation>{name} 所在文件夹的路径太长（{size} 字节）。</translation>
        </message>
        <message>
            <source>The person can allow it in the settings, under the hosts of tools.</source>
            <translation>用户可以在设置中工具的主机下允许。</translation>
        </message>
        <message>
            <source>The person did not allow this call.</source>
            <translation>用户没有允许此调用。</translation>
        </message>
        <message>
            <source>The person has denied this tool.</source>
            <translation>用户已拒绝此工具。</translation>
        </message>
        <message>
            <source>The person has switched this tool off.</source>
            <translation>用户已关闭此工具。</translation>
        </message>
        <message>
            <source>The picture could not be looked through</source>
            <translation>无法检查图片</translation>
        </message>
        <message>
            <source>The picture could not be saved as {file}.</source>
            <translation>无法将图片保存为 {file}。</translation>
        </message>
        <message>
            <source>The picture could not be saved in {folder}.</source>
            <translation>无法将图片保存到 {folder}。</translation>
        </message>
        <message>
            <source>The picture did not arrive within {seconds} seconds.</source>
            <translation>图片未在 {seconds} 秒内到达。</translation>
        </message>
        <message>
            <source>The picture has more than {most} million pixels.</source>
            <translation>图片超过 {most} 百万像素。</translation>
        </message>
        <message>
            <source>The picture in another language</source>
            <translation>将图片译成另一种语言</translation>
        </message>
        <message>
            <source>The picture in the line</source>
            <translation>该行中的图片</translation>
        </message>
        <message>
            <source>The picture in the line is not written as base64.</source>
            <translation>该行中的图片不是 Base64 格式。</translation>
        </message>
        <message>
            <source>The picture is on this computer or near it, where no service can fetch it: {host}.</source>
            <translation>图片位于本机或其所在网络，没有服务能获取：{host}。</translation>
        </message>
        <message>
            <source>The picture is too large for the text reader.</source>
            <translation>图片对文字识别程序来说太大。</translation>
        </message>
        <message>
            <source>The picture is too large to open.</source>
            <translation>图片太大，无法打开。</translation>
        </message>
        <message>
            <source>The picture {name} cannot be read: {reason}.</source>
            <translation>无法读取图片 {name}：{reason}。</translation>
        </message>
        <message>
            <source>The picture {name} is larger than {most} MB.</source>
            <translation>图片 {name} 超过 {most} MB。</translation>
        </message>
        <message>
            <source>The picture {name} is not on this computer.</source>
            <translation>图片 {name} 不在本机。</translation>
        </message>
        <message>
            <source>The pictures are identical.</source>
            <translation>两张图片完全相同。</translation>
        </message>
        <message>
            <source>The pictures could not be looked through for what should be hidden; nothing was sent.</source>
            <translation>无法检查图片中应隐藏的内容；没有发送任何内容。</translation>
        </message>
        <message>
            <source>The pictures have different sizes.</source>
            <translation>两张图片的尺寸不同。</translation>
        </message>
        <message>
            <source>The pictures have different sizes; the second was compared at the size of the first.</source>
            <translation>两张图片的尺寸不同；第二张已按第一张的尺寸比较。</translation>
        </message>
        <message>
            <source>The place where this was captured lies on no screen any more.</source>
            <translation>当时截取的位置已不在任何屏幕上。</translation>
        </message>
        <message>
            <source>The plugin or the server has changed while the call waited; it was not run.</source>
            <translation>调用等待期间，插件或服务器发生了变化；没有运行。</translation>
        </message>
        <message>
            <source>The plugin {name} did not start within {seconds} seconds.</source>
            <translation>插件 {name} 在 {seconds} 秒内没有启动。</translation>
        </message>
        <message>
            <source>The plugin {name} does not say which tools it has.</source>
            <translation>插件 {name} 没有说明它有哪些工具。</translation>
        </message>
        <message>
            <source>The plugin {name} has changed just now.</source>
            <translation>插件 {name} 刚刚发生了变化。</translation>
        </message>
        <message>
            <source>The plugin {name} has no folder to work in: {reason}.</source>
            <translation>插件 {name} 没有可用的工作文件夹：{reason}。</translation>
        </message>
        <message>
            <source>The plugin {name} stopped unexpectedly ({reason}).</source>
            <translation>插件 {name} 意外停止（{reason}）。</translation>
        </message>
        <message>
            <source>The plugin {name} wrote where only Kireji's protocol may be, and was ended.</source>
            <translation>插件 {name} 在只允许 Kireji 协议的地方写入了内容，已被结束。</translation>
        </message>
        <message>
            <source>The pointer is on no screen.</source>
            <translation>指针不在任何屏幕上。</translation>
        </message>
        <message>
            <source>The policy does not let it pass.</source>
            <translation>策略不允许它通过。</translation>
        </message>
        <message>
            <source>The policy has no category {name}.</source>
            <translation>策略没有类别 {name}。</translation>
        </message>
        <message>
            <source>The policy is longer than {count} KB.</source>
            <translation>策略超过 {count} KB。</translation>
        </message>
        <message>
            <source>The policy of this job cannot be read any more.</source>
            <translation>此任务的策略已无法读取。</translation>
        </message>
        <message>
            <source>The policy says what is done then. Another model may judge it.</source>
            <translation>此时如何处理由策略规定。可以由其他模型判定。</translation>
        </message>
        <message>
            <source>The policy {name}{where} cannot be used: {reason}</source>
            <translation>无法使用策略 {name}{where}：{reason}</translation>
        </message>
        <message>
            <source>The policy “{title}” that came with Kireji holds again.</source>
            <translation>Kireji 自带的策略“{title}”重新生效。</translation>
        </message>
        <message>
            <source>The policy's name may only have small letters, digits and hyphens between them, 64 at most.</source>
            <translation>策略的名称只能含小写字母、数字以及它们之间的连字符，最多 64 个。</translation>
        </message>
        <message>
            <source>The price of this model is unknown, so only the number of questions is limited.</source>
            <translation>该模型的价格未知，因此只限制提问次数。</translation>
        </message>
        <message>
            <source>The price of {name} is unknown, so no budget can hold for it; nothing was sent.</source>
            <translation>{name} 的价格未知，因此预算无法对它生效；没有发送任何内容。</translation>
        </message>
        <message>
            <source>The program in front takes no keys from others.</source>
            <translation>前台程序不接受其他程序的按键。</translation>
        </message>
        <message>
            <source>The program is ending.</source>
            <translation>程序正在结束。</translation>
        </message>
        <message>
            <source>The program that holds the clipboard does not answer.</source>
            <translation>持有剪贴板的程序没有响应。</translation>
        </message>
        <message>
            <source>The program {path} is not there.</source>
            <translation>程序 {path} 不存在。</translation>
        </message>
        <message>
            <source>The program “{command}” was not found. It was looked for in {folders}.</source>
            <translation>没有找到程序“{command}”。已在以下位置寻找：{folders}。</translation>
        </message>
        <message>
            <source>The prompt is empty.</source>
            <translation>提示词为空。</translation>
        </message>
        <message>
            <source>The prompt names a column that is not there.</source>
            <translation>提示词中有不存在的列名。</translation>
        </message>
        <message>
            <source>The prompt names no column, so every row would ask the same.</source>
            <translation>提示词中没有列名，因此每一行的提问都会相同。</translation>
        </message>
        <message>
            <source>The prompt {name} cannot be saved: {reason}.</source>
            <translation>无法保存快捷提问 {name}：{reason}。</translation>
        </message>
        <message>
            <source>The prompt {name} has no variable {variable}.</source>
            <translation>快捷提问 {name} 没有变量 {variable}。</translation>
        </message>
        <message>
            <source>The prompt {name} needs a value for {names}.</source>
            <translation>快捷提问 {name} 需要 {names} 的值。</translation>
        </message>
        <message>
            <source>The prompt “{title}” that came with Kireji holds again.</source>
            <translation>Kireji 自带的快捷提问“{title}”重新生效。</translation>
        </message>
        <message>
            <source>The proxy</source>
            <translation>代理</translation>
        </message>
        <message>
            <source>The proxy asks for a name and a password.</source>
            <translation>代理要求用户名和密码。</translation>
        </message>
        <message>
            <source>The proxy cannot be used for servers of tools.</source>
            <translation>该代理无法用于工具的服务器。</translation>
        </message>
        <message>
            <source>The proxy does not let {host} through.</source>
            <translation>代理不允许访问 {host}。</translation>
        </message>
        <message>
            <source>The proxy {address} does not answer.</source>
            <translation>代理 {address} 没有响应。</translation>
        </message>
        <message>
            <source>The question is no longer in this conversation.</source>
            <translation>该问题已不在此对话中。</translation>
        </message>
        <message>
            <source>The question was not sent.</source>
            <translation>问题没有发送。</translation>
        </message>
        <message>
            <source>The queue of jobs in {path} is damaged.</source>
            <translation>{path} 中的任务队列已损坏。</translation>
        </message>
        <message>
            <source>The reading was stopped; nothing of it was kept.</source>
            <translation>读取已停止；没有保留任何内容。</translation>
        </message>
        <message>
            <source>The region has changed</source>
            <translation>区域已变化</translation>
        </message>
        <message>
            <source>The region has changed more than {per_hour} times in an hour and is not watched any more. Watch a smaller region, or begin again later.</source>
            <translation>该区域一小时内变化超过 {per_hour} 次，不再监视。请监视较小的区域，或稍后重新开始。</translation>
        </message>
        <message>
            <source>The region has changed.</source>
            <translation>区域已变化。</translation>
        </message>
        <message>
            <source>The region is not watched any more.</source>
            <translation>不再监视该区域。</translation>
        </message>
        <message>
            <source>The region {rect} has nothing of the screen in it.</source>
            <translation>区域 {rect} 中没有屏幕内容。</translation>
        </message>
        <message>
            <source>The region {rect} lies outside every screen.</source>
            <translation>区域 {rect} 不在任何屏幕内。</translation>
        </message>
        <message>
            <source>The registry cannot be read.</source>
            <translation>无法读取注册表。</translation>
        </message>
        <message>
            <source>The registry cannot be written.</source>
            <translation>无法写入注册表。</translation>
        </message>
        <message>
            <source>The results broke off before their end.</source>
            <translation>结果在结束前中断了。</translation>
        </message>
        <message>
            <source>The results of a batch of {rows} rows do not end.</source>
            <translation>一个 {rows} 行的批次的结果没有尽头。</translation>
        </message>
        <message>
            <source>The results of the batches that it could be cannot be read any more.</source>
            <translation>可能相符的批次的结果已无法读取。</translation>
        </message>
        <message>
            <source>The row before</source>
            <translation>上一行</translation>
        </message>
        <message>
            <source>The row before (K)</source>
            <translation>上一行 (K)</translation>
        </message>
        <message>
            <source>The row cannot be read: {reason}.</source>
            <translation>无法读取该行：{reason}。</translation>
        </message>
        <message>
            <source>The row has no cell “{column}”.</source>
            <translation>该行没有单元格“{column}”。</translation>
        </message>
        <message>
            <source>The row has {cells} cells, the table {columns} columns.</source>
            <translation>该行有 {cells} 个单元格，而表格有 {columns} 列。</translation>
        </message>
        <message>
            <source>The row has {count} pictures, and {model} takes {most} at most.</source>
            <translation>该行有 {count} 张图片，而 {model} 最多接受 {most} 张。</translation>
        </message>
        <message>
            <source>The row is not UTF-8.</source>
            <translation type="vanished">该行不是 UTF-8。</translation>
        </message>
        <message>
            <source>The row is not UTF-8. Save the table as CSV UTF-8.</source>
            <translation>该行不是 UTF-8。请将表格保存为 CSV UTF-8。</translation>
        </message>
        <message>
            <source>The rules need too much work for this; the rest of an answer would not be shown.</source>
            <translation>处理这些文字时规则的计算量太大；回答的其余部分将不会显示。</translation>
        </message>
        <message>
            <source>The rules were changed since then, and the version was not counted up.</source>
            <translation>此后规则有了更改，而版本号没有增加。</translation>
        </message>
        <message>
            <source>The same for the edges that Ctrl and Alt move</source>
            <translation>对 Ctrl 和 Alt 所移动的边同样适用</translation>
        </message>
        <message>
            <source>The same region again</source>
            <translation>再次截取同一区域</translation>
        </message>
        <message>
            <source>The same request as row {number}; it was asked once.</source>
            <translation>与第 {number} 行的请求相同；只提问一次。</translation>
        </message>
        <message>
            <source>The same text is an example and a counterexample of {category}.</source>
            <translation>同一段文字既是 {category} 的示例又是其反例。</translation>
        </message>
        <message>
            <source>The same text stands there twice.</source>
            <translation>同一段文字出现了两次。</translation>
        </message>
        <message>
            <source>The schema cannot be used: line {line}, {place}: {reason}.</source>
            <translation>无法使用此架构：第 {line} 行，{place}：{reason}。</translation>
        </message>
        <message>
            <source>The schema cannot be used: {reason}.</source>
            <translation>无法使用此架构：{reason}。</translation>
        </message>
        <message>
            <source>The schema does not say what stands in {place}.</source>
            <translation>架构没有说明{place}中有什么。</translation>
        </message>
        <message>
            <source>The schema has a choice without choices.</source>
            <translation>架构中有一个没有选项的选择项。</translation>
        </message>
        <message>
            <source>The schema is larger than 1 MB.</source>
            <translation>架构超过 1 MB。</translation>
        </message>
        <message>
            <source>The schema is nested too deeply.</source>
            <translation>架构嵌套太深。</translation>
        </message>
        <message>
            <source>The schema is not a JSON object.</source>
            <translation>架构不是 JSON 对象。</translation>
        </message>
        <message>
            <source>The schema is not complete.</source>
            <translation>架构不完整。</translation>
        </message>
        <message>
            <source>The schema is not valid JSON: it is no UTF-8 text, or nested too deeply.</source>
            <translation>架构不是有效的 JSON：它不是 UTF-8 文本，或嵌套过深。</translation>
        </message>
        <message>
            <source>The schema is not valid JSON: line {line}: {reason}.</source>
            <translation>架构不是有效的 JSON：第 {line} 行：{reason}。</translation>
        </message>
        <message>
            <source>The schema is not valid JSON: {reason}.</source>
            <translation>架构不是有效的 JSON：{reason}。</translation>
        </message>
        <message>
            <source>The schema is too large to be asked for.</source>
            <translation>架构太大，无法据此提问。</translation>
        </message>
        <message>
            <source>The schema must be that of an object or of a list of objects.</source>
            <translation>架构必须是对象或对象列表的架构。</translation>
        </message>
        <message>
            <source>The schema names more than {most} values.</source>
            <translation>架构指定的值超过 {most} 个。</translation>
        </message>
        <message>
            <source>The schema names nothing that could be extracted.</source>
            <translation>架构没有指定任何可以提取的内容。</translation>
        </message>
        <message>
            <source>The schema refers to {reference}, which does not stand in it.</source>
            <translation>架构引用了 {reference}，而其中没有它。</translation>
        </message>
        <message>
            <source>The screen cannot be captured here.</source>
            <translation>在此无法截取屏幕。</translation>
        </message>
        <message>
            <source>The screen could not be captured.</source>
            <translation>无法截取屏幕。</translation>
        </message>
        <message>
            <source>The screens have changed, so the capture was closed. Press the shortcut to start again.</source>
            <translation>屏幕已变化，截取已关闭。请按快捷键重新开始。</translation>
        </message>
        <message>
            <source>The second picture shows a part of the first, or the same scrolled.</source>
            <translation>第二张图片显示第一张的一部分，或滚动后的同一内容。</translation>
        </message>
        <message>
            <source>The second picture shows a part of the first, or the same scrolled; only what both show was compared.</source>
            <translation>第二张图片显示第一张的一部分，或滚动后的同一内容；只比较了两者都显示的部分。</translation>
        </message>
        <message>
            <source>The secret of the webhook is not one: it begins with whsec_, and Base64 follows.</source>
            <translation>Webhook 的机密无效：它应以 whsec_ 开头，后接 Base64。</translation>
        </message>
        <message>
            <source>The secret that messages are signed with is in the keychain.</source>
            <translation>用于签名消息的机密在钥匙串中。</translation>
        </message>
        <message>
            <source>The selected text</source>
            <translation>所选文字</translation>
        </message>
        <message>
            <source>The selected text can be had here only by pressing the copy keys.</source>
            <translation>在此只有按下复制键才能取得选中的文字。</translation>
        </message>
        <message>
            <source>The server is removed, but its secrets are still in the keychain: {why}</source>
            <translation>服务器已移除，但其机密仍在钥匙串中：{why}</translation>
        </message>
        <message>
            <source>The service accepts this key.</source>
            <translation>服务接受此密钥。</translation>
        </message>
        <message>
            <source>The service counts…</source>
            <translation>服务正在计数…</translation>
        </message>
        <message>
            <source>The service does not know a batch that it had taken. If the key or the address was changed to another account's, change it back and resume the job.</source>
            <translation>服务没有它曾接收的一个批次。如果密钥或地址改成了其他账户的，请改回并继续任务。</translation>
        </message>
        <message>
            <source>The service does not list its batches: {why}</source>
            <translation>服务没有列出其批次：{why}</translation>
        </message>
        <message>
            <source>The service does not take this conversation's earlier reasoning back.</source>
            <translation>服务不接受此对话之前的推理内容。</translation>
        </message>
        <message>
            <source>The service gave no answer and no reason.</source>
            <translation>服务没有给出回答，也没有说明原因。</translation>
        </message>
        <message>
            <source>The service has deleted the results: it keeps them for 29 days.</source>
            <translation>服务已删除结果：只保留 29 天。</translation>
        </message>
        <message numerus="yes">
            <source>The service may have these {n} rows already. Sent again, they may be paid for twice.</source>
            <extracomment>The service may have 1 row already. Sent again, it may be paid for twice.</extracomment>
            <translation>
                <numerusform>服务可能已有这 {n} 行。重新发送可能会重复计费。</numerusform>
            </translation>
        </message>
        <message>
            <source>The service mixed results of others into a batch, and some of its own are missing.</source>
            <translation>服务在批次中混入了其他结果，并缺少部分应有的结果。</translation>
        </message>
        <message>
            <source>The service refused the whole batch.</source>
            <translation>服务拒绝了整个批次。</translation>
        </message>
        <message numerus="yes">
            <source>The service takes its time, {n} hours at most; the answers are kept for you meanwhile.</source>
            <extracomment>The service takes its time, an hour at most; the answers are kept for you meanwhile.</extracomment>
            <translation>
                <numerusform>服务需要一些时间，最多 {n} 小时；期间会为您保存回答。</numerusform>
            </translation>
        </message>
        <message>
            <source>The service's answer to {rows} rows was lost. Whether it has them, its own list will show; they are not sent twice.</source>
            <translation>服务对 {rows} 行的答复丢失了。它是否已收到，可由它自己的列表得知；不会重复发送。</translation>
        </message>
        <message>
            <source>The services were asked to cancel. Wait until the page of jobs says that they have.</source>
            <translation>已要求服务取消。请等到任务页面显示已取消。</translation>
        </message>
        <message>
            <source>The set has more than {count} items.</source>
            <translation>标注集超过 {count} 项。</translation>
        </message>
        <message>
            <source>The set has no such item any more.</source>
            <translation>标注集中已没有此项。</translation>
        </message>
        <message>
            <source>The set is empty.</source>
            <translation>标注集为空。</translation>
        </message>
        <message>
            <source>The set is longer than {count} MB.</source>
            <translation>标注集超过 {count} MB。</translation>
        </message>
        <message>
            <source>The set {name} cannot be used with this policy.</source>
            <translation>标注集 {name} 不能与此策略一起使用。</translation>
        </message>
        <message>
            <source>The settings, the tools or the program have changed since, or a stop text went along.</source>
            <translation type="vanished">此后设置、工具或程序有了变化，或同时发送了停止文本。</translation>
        </message>
        <message>
            <source>The shortcut cannot be held here.</source>
            <translation>该快捷键在此无法使用。</translation>
        </message>
        <message>
            <source>The shortcuts were declined in the desktop's dialog.</source>
            <translation>快捷键在桌面的对话框中被拒绝。</translation>
        </message>
        <message>
            <source>The sign-in was declined in the browser.</source>
            <translation>登录在浏览器中被拒绝。</translation>
        </message>
        <message>
            <source>The signature of the list of versions is wrong: somebody has changed it, or it was damaged.</source>
            <translation>版本列表的签名有误：有人更改了它，或它已损坏。</translation>
        </message>
        <message>
            <source>The summary is attached to your next question, where you can read, change or remove it.</source>
            <translation>总结会附加到您的下一个问题，您可以在那里阅读、更改或移除它。</translation>
        </message>
        <message>
            <source>The table has more than one column “{name}”.</source>
            <translation>表格中有多个“{name}”列。</translation>
        </message>
        <message>
            <source>The table has no column “{name}”.</source>
            <translation>表格中没有“{name}”列。</translation>
        </message>
        <message>
            <source>The table has no column “{name}”; did you mean “{meant}”?</source>
            <translation>表格中没有“{name}”列；是否指“{meant}”？</translation>
        </message>
        <message>
            <source>The text for {variable} is longer than {most} characters.</source>
            <translation>{variable} 的文字超过 {most} 个字符。</translation>
        </message>
        <message>
            <source>The text has errors. What is shown here is what it said before them.</source>
            <translation>文本有错误。此处显示的是出错之前的内容。</translation>
        </message>
        <message>
            <source>The text has {count} characters; at most {most} can be translated at once.</source>
            <translation>文字有 {count} 个字符；一次最多可翻译 {most} 个。</translation>
        </message>
        <message>
            <source>The text in the picture could not be read on this computer, so nobody knows whether the values stand there.</source>
            <translation>无法在本机读取图片中的文字，因此不知道这些值是否在其中。</translation>
        </message>
        <message>
            <source>The text in these pictures could not be read on this computer, so nobody knows whether the values stand there: {names}.</source>
            <translation>无法在本机读取以下图片中的文字，因此不知道这些值是否在其中：{names}。</translation>
        </message>
        <message>
            <source>The text is longer than a cell of a spreadsheet can hold, and is cut.</source>
            <translation>文字超过了电子表格单元格所能容纳的长度，已截断。</translation>
        </message>
        <message>
            <source>The text is longer than {count} letters, which no model reads.</source>
            <translation>文字超过 {count} 个字符，没有模型能读取。</translation>
        </message>
        <message>
            <source>The text is longer than {most} MB.</source>
            <translation>文字超过 {most} MB。</translation>
        </message>
        <message>
            <source>The text is on the clipboard.</source>
            <translation>文字已在剪贴板中。</translation>
        </message>
        <message>
            <source>The text of one: {command}</source>
            <translation>查看某个组件的文本：{command}</translation>
        </message>
        <message>
            <source>The text of the policy has errors. Correct them first.</source>
            <translation>策略的文本有错误。请先更正。</translation>
        </message>
        <message>
            <source>The text reader cannot open this picture.</source>
            <translation>文字识别程序无法打开此图片。</translation>
        </message>
        <message>
            <source>The text reader could not be started.</source>
            <translation>无法启动文字识别程序。</translation>
        </message>
        <message>
            <source>The text reader gave an answer that makes no sense and was ended.</source>
            <translation>文字识别程序给出了无意义的结果，已被终止。</translation>
        </message>
        <message>
            <source>The text reader gave no answer for {silence_seconds} seconds and was ended.</source>
            <translation>文字识别程序 {silence_seconds} 秒没有响应，已被终止。</translation>
        </message>
        <message>
            <source>The text reader is not installed ({missing}).</source>
            <translation>文字识别程序未安装（{missing}）。</translation>
        </message>
        <message>
            <source>The text reader is not installed completely.</source>
            <translation>文字识别程序安装不完整。</translation>
        </message>
        <message>
            <source>The text reader on this computer stopped unexpectedly.</source>
            <translation>本机的文字识别程序意外停止。</translation>
        </message>
        <message>
            <source>The text reader was closed.</source>
            <translation>文字识别程序已关闭。</translation>
        </message>
        <message>
            <source>The text that is judged, such as {{text}}; empty judges the picture alone.</source>
            <translation>所判定的文字，例如 {{text}}；留空则只判定图片。</translation>
        </message>
        <message>
            <source>The text that is rewritten</source>
            <translation>要改写的文字</translation>
        </message>
        <message>
            <source>The text to ask about</source>
            <translation>要提问的文字</translation>
        </message>
        <message>
            <source>The tool did not answer within {seconds} seconds; it was ended.</source>
            <translation>工具在 {seconds} 秒内没有响应；已被结束。</translation>
        </message>
        <message>
            <source>The tool was ended before it had answered.</source>
            <translation>工具在响应之前被结束。</translation>
        </message>
        <message>
            <source>The tool {name} could not be started in time.</source>
            <translation>工具 {name} 未能及时启动。</translation>
        </message>
        <message>
            <source>The transport sse is outdated and not spoken here. Most such servers also answer at an address that ends with /mcp: enter that with "type": "http".</source>
            <translation>sse 传输方式已过时，此处不支持。此类服务器大多也在以 /mcp 结尾的地址上响应：请填写该地址，并使用 "type": "http"。</translation>
        </message>
        <message>
            <source>The type {kind} is unknown. Use "stdio" or "http".</source>
            <translation>类型 {kind} 未知。请使用 "stdio" 或 "http"。</translation>
        </message>
        <message>
            <source>The url must begin with https:// or http:// and name a host.</source>
            <translation>url 必须以 https:// 或 http:// 开头，并指明主机。</translation>
        </message>
        <message>
            <source>The url or a header cannot be sent as it stands.</source>
            <translation>url 或某个请求头无法按现状发送。</translation>
        </message>
        <message>
            <source>The usual policy</source>
            <translation>常用策略</translation>
        </message>
        <message>
            <source>The variable {name} is not set.</source>
            <translation>变量 {name} 未设置。</translation>
        </message>
        <message>
            <source>The verdict is coming…</source>
            <translation>判定即将到来…</translation>
        </message>
        <message>
            <source>The version before</source>
            <translation>上一个版本</translation>
        </message>
        <message>
            <source>The webhook has no secret to sign with, so nothing is sent to it.</source>
            <translation>Webhook 没有用于签名的机密，因此不会向其发送任何内容。</translation>
        </message>
        <message>
            <source>The windows are not known on this desktop. Drag to cut out a region.</source>
            <translation>在此桌面上无法得知窗口位置。请拖动选取一个区域。</translation>
        </message>
        <message>
            <source>The windows of other programs are not told here.</source>
            <translation>在此无法得知其他程序的窗口。</translation>
        </message>
        <message>
            <source>The words of every text or picture in another language.</source>
            <translation>每段文字或每张图片中的文字，译成另一种语言。</translation>
        </message>
        <message>
            <source>The {count} requests in the ledger hold together, but nothing says whether some are missing at its end.</source>
            <translation>台账中的 {count} 个请求前后一致，但无法得知末尾是否有缺失。</translation>
        </message>
        <message>
            <source>The {kind} file is damaged.</source>
            <translation>{kind} 文件已损坏。</translation>
        </message>
        <message>
            <source>Their files are only read. What is there under the same name stays as it is.</source>
            <translation>它们的文件只会被读取。已有的同名服务器保持原样。</translation>
        </message>
        <message>
            <source>There already: {names}.</source>
            <translation>已存在：{names}。</translation>
        </message>
        <message>
            <source>There are both a command and a url. Keep one of them.</source>
            <translation>command 和 url 同时存在。请只保留其中一个。</translation>
        </message>
        <message>
            <source>There are more than {count} policies; this one and those after it are left out.</source>
            <translation>策略超过 {count} 个；此策略及其后的均已略过。</translation>
        </message>
        <message>
            <source>There are more than {count} {key}.</source>
            <translation>{key} 超过 {count} 个。</translation>
        </message>
        <message>
            <source>There are more than {most} files; choose a smaller folder.</source>
            <translation>文件超过 {most} 个；请选择较小的文件夹。</translation>
        </message>
        <message>
            <source>There are no captures yet.</source>
            <translation>还没有截图。</translation>
        </message>
        <message>
            <source>There are no captures yet. Capture something, then choose this again.</source>
            <translation>还没有截图。请先截取一些内容，然后再次选择此项。</translation>
        </message>
        <message>
            <source>There are no certificates (PEM) in this file. Choose another one, or remove it here.</source>
            <translation>此文件中没有证书 (PEM)。请选择其他文件，或在此移除。</translation>
        </message>
        <message>
            <source>There are no conversations in {name}.</source>
            <translation>{name} 中没有对话。</translation>
        </message>
        <message>
            <source>There are no jobs yet. Make one with: kireji batch add FILE</source>
            <translation>还没有任务。创建任务：kireji batch add FILE</translation>
        </message>
        <message>
            <source>There are no messages in it.</source>
            <translation>其中没有消息。</translation>
        </message>
        <message>
            <source>There are no others yet.</source>
            <translation>还没有其他对话。</translation>
        </message>
        <message>
            <source>There are no pictures in {folder}.</source>
            <translation>{folder} 中没有图片。</translation>
        </message>
        <message>
            <source>There are no rows.</source>
            <translation>没有任何行。</translation>
        </message>
        <message>
            <source>There are no tools yet.</source>
            <translation>还没有工具。</translation>
        </message>
        <message>
            <source>There are no words in it.</source>
            <translation>其中没有文字。</translation>
        </message>
        <message>
            <source>There are pictures in it, which do not fit into one JSON file.</source>
            <translation>其中有图片，无法放入一个 JSON 文件。</translation>
        </message>
        <message>
            <source>There are pictures in it, which do not fit into one Markdown file.</source>
            <translation>其中有图片，无法放入一个 Markdown 文件。</translation>
        </message>
        <message>
            <source>There are several tables in the file, with an empty line between them; .xlsx keeps them apart.</source>
            <translation>文件中有多个表格，以空行分隔；.xlsx 会将它们分开。</translation>
        </message>
        <message>
            <source>There are two plugins with the name {name}: {first} is used, and {second} is not. Rename one of them.</source>
            <translation>有两个名为 {name} 的插件：使用 {first}，不使用 {second}。请重命名其中一个。</translation>
        </message>
        <message>
            <source>There are two with the id {name}.</source>
            <translation>有两个 id 为 {name} 的项。</translation>
        </message>
        <message>
            <source>There are two with the name {name}.</source>
            <translation>有两个名为 {name} 的项。</translation>
        </message>
        <message>
            <source>There is a key for {name} for this session.</source>
            <translation>本次会话有 {name} 的密钥。</translation>
        </message>
        <message>
            <source>There is a key for {name} in the environment ({variable}).</source>
            <translation>环境变量（{variable}）中有 {name} 的密钥。</translation>
        </message>
        <message>
            <source>There is a key for {name} in your keychain.</source>
            <translation>钥匙串中有 {name} 的密钥。</translation>
        </message>
        <message>
            <source>There is a server called {name} already.</source>
            <translation>已有名为 {name} 的服务器。</translation>
        </message>
        <message>
            <source>There is a server called {name} already. Choose another name.</source>
            <translation>已有名为 {name} 的服务器。请选择其他名称。</translation>
        </message>
        <message>
            <source>There is an address for updates, but no key by which its list could be believed.</source>
            <translation>有更新地址，但没有可以验证其列表的公钥。</translation>
        </message>
        <message>
            <source>There is an address, but no key by which its list could be believed. Enter one below.</source>
            <translation>有地址，但没有可以验证其列表的公钥。请在下面输入。</translation>
        </message>
        <message>
            <source>There is neither a command nor a url.</source>
            <translation>既没有 command 也没有 url。</translation>
        </message>
        <message>
            <source>There is neither a text nor a picture to judge.</source>
            <translation>既没有文字也没有图片可供判定。</translation>
        </message>
        <message>
            <source>There is no answer</source>
            <translation>没有回答</translation>
        </message>
        <message>
            <source>There is no batch service for {model}.</source>
            <translation>{model} 没有批处理服务。</translation>
        </message>
        <message>
            <source>There is no batch {batch}.</source>
            <translation>没有批次 {batch}。</translation>
        </message>
        <message>
            <source>There is no conversation in it that can be read.</source>
            <translation>其中没有可读取的对话。</translation>
        </message>
        <message>
            <source>There is no conversation {conversation}.</source>
            <translation>没有对话 {conversation}。</translation>
        </message>
        <message>
            <source>There is no conversation {number}.</source>
            <translation>没有对话 {number}。</translation>
        </message>
        <message>
            <source>There is no display to hold a key combination on.</source>
            <translation>没有可用来占用组合键的显示设备。</translation>
        </message>
        <message>
            <source>There is no display.</source>
            <translation>没有显示设备。</translation>
        </message>
        <message>
            <source>There is no earlier region yet. Drag to cut one out.</source>
            <translation>还没有之前的区域。请拖动选取一个。</translation>
        </message>
        <message>
            <source>There is no file in it.</source>
            <translation>其中没有文件。</translation>
        </message>
        <message>
            <source>There is no folder {path}.</source>
            <translation>没有文件夹 {path}。</translation>
        </message>
        <message>
            <source>There is no job {job}.</source>
            <translation>没有任务 {job}。</translation>
        </message>
        <message>
            <source>There is no job {number}.</source>
            <translation>没有任务 {number}。</translation>
        </message>
        <message>
            <source>There is no key and no model server, so nobody could answer the rows.</source>
            <translation>没有密钥，也没有模型服务器，因此无人能回答各行。</translation>
        </message>
        <message>
            <source>There is no key and no server to test it with. Add one under Keys &amp; models; nothing is sent before.</source>
            <translation>没有可用来测试的密钥或服务器。请在“密钥与模型”中添加；在此之前不会发送任何内容。</translation>
        </message>
        <message>
            <source>There is no key for Anthropic.</source>
            <translation>没有 Anthropic 的密钥。</translation>
        </message>
        <message>
            <source>There is no key for OpenRouter.</source>
            <translation>没有 OpenRouter 的密钥。</translation>
        </message>
        <message>
            <source>There is no keychain on this computer that Kireji can use.</source>
            <translation>本机没有 Kireji 可以使用的钥匙串。</translation>
        </message>
        <message>
            <source>There is no list of versions to hold the file to.</source>
            <translation>没有可用来核对该文件的版本列表。</translation>
        </message>
        <message>
            <source>There is no part called {name}.</source>
            <translation>没有名为 {name} 的组件。</translation>
        </message>
        <message>
            <source>There is no picture at this address.</source>
            <translation>该地址没有图片。</translation>
        </message>
        <message>
            <source>There is no picture in it.</source>
            <translation>其中没有图片。</translation>
        </message>
        <message>
            <source>There is no picture on the clipboard. Copy one, or choose a file.</source>
            <translation>剪贴板中没有图片。请复制一张，或选择文件。</translation>
        </message>
        <message>
            <source>There is no picture to be had from {host}.</source>
            <translation>无法从 {host} 获取图片。</translation>
        </message>
        <message>
            <source>There is no picture to take anything out of.</source>
            <translation>没有可供提取的图片。</translation>
        </message>
        <message>
            <source>There is no picture {name}.</source>
            <translation>没有图片 {name}。</translation>
        </message>
        <message>
            <source>There is no policy that can be used.</source>
            <translation>没有可以使用的策略。</translation>
        </message>
        <message>
            <source>There is no policy {name}.</source>
            <translation>没有策略 {name}。</translation>
        </message>
        <message>
            <source>There is no provider {name}.</source>
            <translation>没有服务商 {name}。</translation>
        </message>
        <message>
            <source>There is no quick prompt called {name}.</source>
            <translation>没有名为 {name} 的快捷提问。</translation>
        </message>
        <message>
            <source>There is no quick prompt {name}.</source>
            <translation>没有快捷提问 {name}。</translation>
        </message>
        <message>
            <source>There is no room for a copy of your data.</source>
            <translation>磁盘空间不足，无法为您的数据制作副本。</translation>
        </message>
        <message>
            <source>There is no room for {name}.</source>
            <translation>{name} 放不下。</translation>
        </message>
        <message>
            <source>There is no room left on the disk for {path}.</source>
            <translation>磁盘上没有空间存放 {path}。</translation>
        </message>
        <message>
            <source>There is no room to open {name}.</source>
            <translation>没有空间打开 {name}。</translation>
        </message>
        <message>
            <source>There is no row in it that could be asked.</source>
            <translation>其中没有可以提问的行。</translation>
        </message>
        <message>
            <source>There is no row that could be tried again.</source>
            <translation>没有可以重试的行。</translation>
        </message>
        <message>
            <source>There is no row {number} in this job.</source>
            <translation>此任务中没有第 {number} 行。</translation>
        </message>
        <message>
            <source>There is no row {number}.</source>
            <translation>没有第 {number} 行。</translation>
        </message>
        <message>
            <source>There is no screen.</source>
            <translation>没有屏幕。</translation>
        </message>
        <message>
            <source>There is no server called {name}.</source>
            <translation>没有名为 {name} 的服务器。</translation>
        </message>
        <message>
            <source>There is no session bus here, so the desktop cannot be asked.</source>
            <translation>这里没有会话总线，因此无法询问桌面。</translation>
        </message>
        <message>
            <source>There is no signing in to {provider} in the browser.</source>
            <translation>{provider} 不支持在浏览器中登录。</translation>
        </message>
        <message>
            <source>There is no source of tools with the name {name}.</source>
            <translation>没有名为 {name} 的工具来源。</translation>
        </message>
        <message>
            <source>There is no such row.</source>
            <translation>没有这样的行。</translation>
        </message>
        <message>
            <source>There is no such service at {host}.</source>
            <translation>{host} 没有这样的服务。</translation>
        </message>
        <message>
            <source>There is no table in it.</source>
            <translation>其中没有表格。</translation>
        </message>
        <message>
            <source>There is no table in the picture.</source>
            <translation>图片中没有表格。</translation>
        </message>
        <message>
            <source>There is no tool with the name {name}.</source>
            <translation>没有名为 {name} 的工具。</translation>
        </message>
        <message>
            <source>There is no verdict to accept.</source>
            <translation>没有可以接受的判定。</translation>
        </message>
        <message>
            <source>There is no verdict.</source>
            <translation>没有判定。</translation>
        </message>
        <message>
            <source>There is no window under the pointer.</source>
            <translation>指针下没有窗口。</translation>
        </message>
        <message>
            <source>There is no {key}; each is a table that begins with [[{header}]].</source>
            <translation>没有 {key}；每一项都是以 [[{header}]] 开头的表。</translation>
        </message>
        <message>
            <source>There is no {name} in {folder}.</source>
            <translation>{folder} 中没有 {name}。</translation>
        </message>
        <message>
            <source>There is no {path}.</source>
            <translation>没有 {path}。</translation>
        </message>
        <message>
            <source>There is no {what} {name}; did you mean {other}?</source>
            <translation>没有{what} {name}；您是否指 {other}？</translation>
        </message>
        <message>
            <source>There is no {what} {name}; there are: {known}.</source>
            <translation>没有{what} {name}；已有：{known}。</translation>
        </message>
        <message>
            <source>There is not enough memory to read this picture.</source>
            <translation>内存不足，无法读取此图片。</translation>
        </message>
        <message>
            <source>There is nothing in it that can go along.</source>
            <translation>其中没有可以一并发送的内容。</translation>
        </message>
        <message>
            <source>There is nothing in it.</source>
            <translation>其中没有内容。</translation>
        </message>
        <message>
            <source>There is nothing on it that was asked for.</source>
            <translation>其中没有所要求的内容。</translation>
        </message>
        <message>
            <source>There is nothing to ask about in the clipboard. Copy text, a picture or a file first.</source>
            <translation>剪贴板中没有可以提问的内容。请先复制文字、图片或文件。</translation>
        </message>
        <message>
            <source>There is nothing to ask.</source>
            <translation>没有可提问的内容。</translation>
        </message>
        <message>
            <source>There is nothing to compare this with.</source>
            <translation>没有可与它比较的内容。</translation>
        </message>
        <message>
            <source>There is nothing to export.</source>
            <translation>没有可导出的内容。</translation>
        </message>
        <message>
            <source>There is nothing to judge. Write or paste the text, or attach a picture.</source>
            <translation>没有可以判定的内容。请写入或粘贴文字，或附加图片。</translation>
        </message>
        <message>
            <source>There is nothing to judge: picture {number} is empty.</source>
            <translation>没有可以判定的内容：图片 {number} 是空的。</translation>
        </message>
        <message>
            <source>There is nothing to judge: the text is empty.</source>
            <translation>没有可以判定的内容：文字是空的。</translation>
        </message>
        <message>
            <source>There is nothing to translate.</source>
            <translation>没有可以翻译的内容。</translation>
        </message>
        <message>
            <source>There is one of this name already.</source>
            <translation>已有同名的服务器。</translation>
        </message>
        <message>
            <source>There is something in the folder {path} already.</source>
            <translation>文件夹 {path} 中已有内容。</translation>
        </message>
        <message>
            <source>There is something that is not saved. Save it, or press Cancel.</source>
            <translation>有未保存的内容。请保存，或按“取消”。</translation>
        </message>
        <message>
            <source>There is something that is not saved. Save it, or press Discard changes.</source>
            <translation>有未保存的内容。请保存，或按“放弃更改”。</translation>
        </message>
        <message>
            <source>There was no whole answer to the question before, so this waits:</source>
            <translation>前一个问题没有得到完整回答，因此此项等待中：</translation>
        </message>
        <message>
            <source>There was nothing new in the file.</source>
            <translation>文件中没有新内容。</translation>
        </message>
        <message>
            <source>These are more than {count} pictures.</source>
            <translation>图片超过 {count} 张。</translation>
        </message>
        <message>
            <source>These are more than {most} cells, which no single table takes.</source>
            <translation>单元格超过 {most} 个，单个表格无法容纳。</translation>
        </message>
        <message>
            <source>These are the keys in use already.</source>
            <translation>这些正是当前使用的按键。</translation>
        </message>
        <message>
            <source>These keys work anywhere, whatever program is in front. Kireji never sees any other key.</source>
            <translation>这些按键在任何地方都有效，无论哪个程序在前台。Kireji 从不读取其他按键。</translation>
        </message>
        <message>
            <source>They are decided with: kireji batch decide {id} --again, or --failed</source>
            <translation>决定如何处理：kireji batch decide {id} --again 或 --failed</translation>
        </message>
        <message>
            <source>They are read again.</source>
            <translation>会重新读取。</translation>
        </message>
        <message>
            <source>They hold from the next question on.</source>
            <translation>从下一个问题起生效。</translation>
        </message>
        <message>
            <source>They hold from the next question on. Changing them starts the cache anew, so the next answer costs more.</source>
            <translation>从下一个问题起生效。更改会使缓存重新建立，因此下一条回答费用较高。</translation>
        </message>
        <message>
            <source>They stand before every row; none are needed.</source>
            <translation>放在每一行之前；可以不填。</translation>
        </message>
        <message>
            <source>They stand before everything you ask; each conversation can have its own.</source>
            <translation>它们位于您所有提问之前；每个对话也可以有自己的指令。</translation>
        </message>
        <message>
            <source>They stand before the conversation and hold until you change them.</source>
            <translation>它们位于对话之前，在更改之前一直有效。</translation>
        </message>
        <message>
            <source>Thick</source>
            <translation>粗</translation>
        </message>
        <message>
            <source>Thin</source>
            <translation>细</translation>
        </message>
        <message>
            <source>Thinking</source>
            <translation>思考中</translation>
        </message>
        <message>
            <source>Thinking…</source>
            <translation>思考中…</translation>
        </message>
        <message>
            <source>Thinking… {seconds} s</source>
            <translation>思考中… {seconds} 秒</translation>
        </message>
        <message>
            <source>This address</source>
            <translation>此地址</translation>
        </message>
        <message>
            <source>This address is not the one that was allowed.</source>
            <translation>此地址不是被允许的那个地址。</translation>
        </message>
        <message>
            <source>This address is redirected into the local network, to {host}.</source>
            <translation>该地址被重定向到本地网络 {host}。</translation>
        </message>
        <message>
            <source>This address is told when a job ends or needs you: its name, its numbers and what it cost, never what was asked or answered. Messages are signed as Standard Webhooks are.</source>
            <translation>任务结束或需要您处理时会通知此地址：包括其名称、数目和费用，从不包含提问或回答的内容。消息按 Standard Webhooks 签名。</translation>
        </message>
        <message>
            <source>This address leads from one place to the next without end.</source>
            <translation>该地址不断重定向，没有尽头。</translation>
        </message>
        <message>
            <source>This answer</source>
            <translation>此回答</translation>
        </message>
        <message>
            <source>This answer reached the most it may say.</source>
            <translation>这条回答已达到允许的最大长度。</translation>
        </message>
        <message>
            <source>This answer was cut off before its end. What had arrived is kept.</source>
            <translation>这条回答在结束前中断了。已收到的内容已保留。</translation>
        </message>
        <message>
            <source>This answer was cut off before its first word.</source>
            <translation>这条回答在第一个字出现前中断了。</translation>
        </message>
        <message>
            <source>This branch is no longer in the history.</source>
            <translation>此分支已不在历史记录中。</translation>
        </message>
        <message>
            <source>This call needs the person's permission, and nobody is there to give it.</source>
            <translation>此调用需要用户的许可，而现在没有人可以给出许可。</translation>
        </message>
        <message>
            <source>This cannot be changed from here. Change it in the text.</source>
            <translation>无法在此更改。请在文本中更改。</translation>
        </message>
        <message>
            <source>This cannot be read: {reason}.</source>
            <translation>无法读取：{reason}。</translation>
        </message>
        <message>
            <source>This computer</source>
            <translation>本机</translation>
        </message>
        <message>
            <source>This computer's own model servers are always reached directly.</source>
            <translation>本机的模型服务器总是直接连接。</translation>
        </message>
        <message>
            <source>This computer's own reader can only read the text in a picture, and this question has none. Cut out a piece of the screen, or add a key in the settings to ask a model.</source>
            <translation>本机只能读取图片中的文字，而这个问题没有图片。请截取屏幕的一部分，或在设置中添加密钥以询问模型。</translation>
        </message>
        <message>
            <source>This computer's own reader reads words, and answers nothing of this kind.</source>
            <translation>本机自带的文字识别只读取文字，不回答此类问题。</translation>
        </message>
        <message>
            <source>This computer's own reader takes prompts with pictures alone.</source>
            <translation>本机的文字识别只接受带图片的提示词。</translation>
        </message>
        <message>
            <source>This computer's own reader uses no tools. Choose another model for that.</source>
            <translation>本机自带的文字读取不使用工具。请为此选择其他模型。</translation>
        </message>
        <message>
            <source>This conversation</source>
            <translation>此对话</translation>
        </message>
        <message>
            <source>This conversation cannot be shown</source>
            <translation>无法显示此对话</translation>
        </message>
        <message>
            <source>This conversation holds {count} pictures, and {model} takes {most} at most.</source>
            <translation>此对话含有 {count} 张图片，而 {model} 最多接受 {most} 张。</translation>
        </message>
        <message>
            <source>This conversation is longer than the model can read.</source>
            <translation>此对话超出了模型能读取的长度。</translation>
        </message>
        <message>
            <source>This copy of Kireji knows no address that it could ask for newer versions.</source>
            <translation>此 Kireji 没有可以查询新版本的地址。</translation>
        </message>
        <message>
            <source>This copy of Kireji knows no address that it could ask for newer versions. Look where you got it, or enter an address and a key below.</source>
            <translation>此 Kireji 没有可以查询新版本的地址。请到您获取它的地方查看，或在下面输入地址和公钥。</translation>
        </message>
        <message>
            <source>This could not be asked:</source>
            <translation>无法提出此问题：</translation>
        </message>
        <message>
            <source>This desktop does not show Kireji the selected text.</source>
            <translation>此桌面不向 Kireji 提供选中的文字。</translation>
        </message>
        <message>
            <source>This desktop does not tell where the pointer is.</source>
            <translation>此桌面不提供指针位置。</translation>
        </message>
        <message>
            <source>This desktop gives shortcuts only to programs with an installed menu entry.</source>
            <translation>此桌面只向安装了菜单项的程序分配快捷键。</translation>
        </message>
        <message>
            <source>This desktop hands out no shortcuts.</source>
            <translation>此桌面不分配快捷键。</translation>
        </message>
        <message>
            <source>This desktop has no dialog for cutting out a region.</source>
            <translation>此桌面没有选取区域的对话框。</translation>
        </message>
        <message>
            <source>This desktop has no notifications.</source>
            <translation>此桌面没有通知功能。</translation>
        </message>
        <message>
            <source>This desktop shows no notifications.</source>
            <translation>此桌面不显示通知。</translation>
        </message>
        <message>
            <source>This desktop shows no tray, so closing this window ends Kireji. Minimise it instead to keep the shortcuts.</source>
            <translation>此桌面没有系统托盘，因此关闭这个窗口会结束 Kireji。请改为最小化，以保留快捷键。</translation>
        </message>
        <message>
            <source>This desktop's portal cannot do it.</source>
            <translation>此桌面的门户服务不支持。</translation>
        </message>
        <message>
            <source>This desktop's portal cannot take pictures of the screen.</source>
            <translation>此桌面的门户服务无法截取屏幕。</translation>
        </message>
        <message>
            <source>This desktop's portal hands out no shortcuts.</source>
            <translation>此桌面的门户服务不分配快捷键。</translation>
        </message>
        <message>
            <source>This desktop's portal has no dialog for choosing a region.</source>
            <translation>此桌面的门户服务没有选取区域的对话框。</translation>
        </message>
        <message>
            <source>This does not look like an export.</source>
            <translation>这看起来不像导出文件。</translation>
        </message>
        <message>
            <source>This does not stand on the picture.</source>
            <translation>图片上没有这项内容。</translation>
        </message>
        <message>
            <source>This export was written by a newer version of Kireji (format {theirs}; this one knows {ours}).</source>
            <translation>此导出文件由较新版本的 Kireji 写成（格式 {theirs}；此版本支持 {ours}）。</translation>
        </message>
        <message>
            <source>This file cannot be read.</source>
            <translation>无法读取此文件。</translation>
        </message>
        <message>
            <source>This file cannot be read. Change its permissions, or choose another one.</source>
            <translation>无法读取此文件。请更改其权限，或选择其他文件。</translation>
        </message>
        <message>
            <source>This file holds no text that could be read.</source>
            <translation>此文件中没有可读取的文字。</translation>
        </message>
        <message>
            <source>This file is not there. Choose another one, or remove it here.</source>
            <translation>此文件不存在。请选择其他文件，或在此移除。</translation>
        </message>
        <message>
            <source>This folder lies too deep.</source>
            <translation>此文件夹的层级太深。</translation>
        </message>
        <message>
            <source>This goes for good, and Kireji ends:</source>
            <translation>以下内容将永久删除，随后 Kireji 会退出：</translation>
        </message>
        <message>
            <source>This is a Wayland session, where programs cannot read the screen by themselves.</source>
            <translation>这是 Wayland 会话，程序无法自行读取屏幕。</translation>
        </message>
        <message>
            <source>This is a checkout: git pull brings it, and ./run prepares what it needs.</source>
            <translation>这是检出的源代码：git pull 获取新版本，./run 准备所需的内容。</translation>
        </message>
        <message>
            <source>This is a database, which models cannot read.</source>
            <translation>这是数据库，模型无法读取。</translation>
        </message>
        <message>
            <source>This is a device or a pipe, not a file.</source>
            <translation>这是设备或管道，不是文件。</translation>
        </message>
        <message>
            <source>This is a file of another kind ({name}).</source>
            <translation>这是另一种文件（{name}）。</translation>
        </message>
        <message>
            <source>This is a folder.</source>
            <translation type="vanished">这是文件夹。</translation>
        </message>
        <message>
            <source>This is a key of {right}, not of {asked}; it was not sent.</source>
            <translation>这是 {right} 的密钥，不是 {asked} 的；没有发送。</translation>
        </message>
        <message>
            <source>This is a link that leads nowhere.</source>
            <translation>这是指向不存在目标的链接。</translation>
        </message>
        <message>
            <source>This is a link that leads out of the folder.</source>
            <translation>这是指向文件夹之外的链接。</translation>
        </message>
        <message>
            <source>This is a picture; attach it by itself.</source>
            <translation>这是图片；请单独附加。</translation>
        </message>
        <message>
            <source>This is a program, which models cannot read.</source>
            <translation>这是程序，模型无法读取。</translation>
        </message>
        <message>
            <source>This is a sound file, which models cannot read.</source>
            <translation>这是声音文件，模型无法读取。</translation>
        </message>
        <message>
            <source>This is a video, which models cannot read.</source>
            <translation>这是视频，模型无法读取。</translation>
        </message>
        <message>
            <source>This is an archive, which models cannot read.</source>
            <translation>这是压缩包，模型无法读取。</translation>
        </message>
        <message>
            <source>This is an example of {other}, too.</source>
            <translation>这也是 {other} 的示例。</translation>
        </message>
        <message>
            <source>This is an old Office document, which models cannot read.</source>
            <translation>这是旧版 Office 文档，模型无法读取。</translation>
        </message>
        <message>
            <source>This is another ledger than the one whose end was noted. If you have removed or restored the data folder yourself, delete the file “ledger” in the state folder.</source>
            <translation>这不是记下末尾的那个台账。如果是您自己移除或恢复了数据文件夹，请删除状态文件夹中的文件“ledger”。</translation>
        </message>
        <message>
            <source>This is no JSON: look at line {line}, column {column}.</source>
            <translation>这不是 JSON：见第 {line} 行，第 {column} 列。</translation>
        </message>
        <message>
            <source>This is no address of a web page. One looks like https://example.com/page.</source>
            <translation>这不是网页地址。网页地址类似 https://example.com/page。</translation>
        </message>
        <message>
            <source>This is no file. Choose the file with the certificates.</source>
            <translation>这不是文件。请选择含有证书的文件。</translation>
        </message>
        <message>
            <source>This is no value of its column.</source>
            <translation>这不是该列的值。</translation>
        </message>
        <message>
            <source>This is not JSON: {reason}.</source>
            <translation>这不是 JSON：{reason}。</translation>
        </message>
        <message>
            <source>This is not TOML: {reason}.</source>
            <translation>这不是 TOML：{reason}。</translation>
        </message>
        <message>
            <source>This is not a JSON object.</source>
            <translation>这不是 JSON 对象。</translation>
        </message>
        <message>
            <source>This is not a file that can be read.</source>
            <translation>这不是可以读取的文件。</translation>
        </message>
        <message>
            <source>This is not a picture.</source>
            <translation>这不是图片。</translation>
        </message>
        <message>
            <source>This is not an address of the web.</source>
            <translation>这不是网络地址。</translation>
        </message>
        <message>
            <source>This is not an export of Kireji.</source>
            <translation>这不是 Kireji 的导出文件。</translation>
        </message>
        <message>
            <source>This is not there any more, or holds no text that could be read.</source>
            <translation>此项已不存在，或其中没有可读取的文字。</translation>
        </message>
        <message>
            <source>This is not to be had here.</source>
            <translation>此处无法提供。</translation>
        </message>
        <message>
            <source>This is not what was sent, but what would be sent for it today.</source>
            <translation>这不是当时发送的内容，而是今天会为它发送的内容。</translation>
        </message>
        <message>
            <source>This is the default for {name}</source>
            <translation>这是 {name} 的默认模型</translation>
        </message>
        <message>
            <source>This is the picture as it is kept here.</source>
            <translation>这是保存在本机的图片。</translation>
        </message>
        <message>
            <source>This job cannot be retried now.</source>
            <translation>此任务现在无法重试。</translation>
        </message>
        <message>
            <source>This job does not wait to be resumed.</source>
            <translation>此任务无需继续。</translation>
        </message>
        <message>
            <source>This job was started already.</source>
            <translation>此任务已经开始。</translation>
        </message>
        <message>
            <source>This keyboard has no key for {shortcut}.</source>
            <translation>此键盘没有 {shortcut} 所需的键。</translation>
        </message>
        <message>
            <source>This kind of context cannot be read yet.</source>
            <translation>尚无法读取此类上下文。</translation>
        </message>
        <message>
            <source>This list</source>
            <translation>此列表</translation>
        </message>
        <message>
            <source>This matches what was sent: it was made again from the conversation, and its hash is the one in the ledger.</source>
            <translation>与发送的内容一致：它由对话重新生成，其哈希值与台账中的相同。</translation>
        </message>
        <message>
            <source>This matches what was sent: the bytes were kept, and their hash is the one in the ledger.</source>
            <translation>与发送的内容一致：字节已保存，其哈希值与台账中的相同。</translation>
        </message>
        <message>
            <source>This month</source>
            <translation>本月</translation>
        </message>
        <message>
            <source>This must be a table that begins with [[{header}]].</source>
            <translation>这必须是以 [[{header}]] 开头的表。</translation>
        </message>
        <message>
            <source>This name leads into the local network, to {host}.</source>
            <translation>该名称指向本地网络 {host}。</translation>
        </message>
        <message>
            <source>This part brings no text of its licence; its source says more.</source>
            <translation>此组件没有附带许可证文本；详情见其来源。</translation>
        </message>
        <message>
            <source>This pattern needs too much work while an answer comes. Let it count less, or look for less.</source>
            <translation>回答到达时此模式的计算量太大。请减少其计数，或缩小查找范围。</translation>
        </message>
        <message>
            <source>This pattern {problem}.</source>
            <translation>此模式{problem}。</translation>
        </message>
        <message>
            <source>This picture cannot be painted over as it is.</source>
            <translation>无法按原样涂盖此图片。</translation>
        </message>
        <message>
            <source>This question has about {tokens} tokens, and {name} has room for {room}: {parts}.</source>
            <translation>此问题约有 {tokens} 个 token，而 {name} 只能容纳 {room} 个：{parts}。</translation>
        </message>
        <message>
            <source>This question was not answered.</source>
            <translation>这个问题没有得到回答。</translation>
        </message>
        <message>
            <source>This row could not be looked through for what should be hidden; it was not sent.</source>
            <translation>无法检查此行中应隐藏的内容；没有发送此行。</translation>
        </message>
        <message>
            <source>This runs from its source: listed is what is installed in its environment.</source>
            <translation>程序从源代码运行：列出的是其环境中安装的组件。</translation>
        </message>
        <message>
            <source>This screen</source>
            <translation>此屏幕</translation>
        </message>
        <message>
            <source>This service fetches pictures from https addresses only.</source>
            <translation>此服务只从 https 地址获取图片。</translation>
        </message>
        <message>
            <source>This service's batches take pictures from the web only.</source>
            <translation>此服务的批处理只接受网络图片。</translation>
        </message>
        <message>
            <source>This session only</source>
            <translation>仅限本次会话</translation>
        </message>
        <message>
            <source>This still uses your data: {users}.</source>
            <translation>以下程序仍在使用您的数据：{users}。</translation>
        </message>
        <message>
            <source>This still uses your data: {users}. End it first.</source>
            <translation>以下程序仍在使用您的数据：{users}。请先结束它。</translation>
        </message>
        <message>
            <source>This text cannot be read.</source>
            <translation>无法读取此文本。</translation>
        </message>
        <message>
            <source>This tool was not allowed to do that.</source>
            <translation>此工具未获准这样做。</translation>
        </message>
        <message>
            <source>This waits:</source>
            <translation>此项等待中：</translation>
        </message>
        <message>
            <source>This {problem}.</source>
            <translation>此项{problem}。</translation>
        </message>
        <message>
            <source>Thought</source>
            <translation>已思考</translation>
        </message>
        <message>
            <source>Thought for {time}</source>
            <translation>思考了 {time}</translation>
        </message>
        <message>
            <source>Through the batch service of Anthropic or OpenRouter that costs half, and takes from some minutes to a day. Before anything is sent you see every bad line, one answer as a trial, and what all will cost.</source>
            <translation>通过 Anthropic 或 OpenRouter 的批处理服务，费用减半，需要几分钟到一天。发送之前，您会看到每个无效行、一条试问的回答以及全部费用。</translation>
        </message>
        <message>
            <source>Time</source>
            <translation>时间</translation>
        </message>
        <message>
            <source>Title</source>
            <translation>标题</translation>
        </message>
        <message>
            <source>Title of the conversation</source>
            <translation>对话标题</translation>
        </message>
        <message>
            <source>To import again: everything, with all branches and pictures.</source>
            <translation>用于重新导入：全部内容，含所有分支和图片。</translation>
        </message>
        <message>
            <source>To read in any browser: one file for each conversation, with its pictures.</source>
            <translation>可在任何浏览器中阅读：每个对话一个文件，含图片。</translation>
        </message>
        <message>
            <source>To read, and to go on with elsewhere: text with pictures beside it.</source>
            <translation>用于阅读和在别处继续：文字及旁附的图片。</translation>
        </message>
        <message>
            <source>To review</source>
            <translation>待审核</translation>
        </message>
        <message>
            <source>To the list of conversations</source>
            <translation>前往对话列表</translation>
        </message>
        <message>
            <source>To the next edge of a window, left and right; with Shift up and down</source>
            <translation>跳到窗口的下一条边，向左和向右；按住 Shift 则向上和向下</translation>
        </message>
        <message>
            <source>Today</source>
            <translation>今天</translation>
        </message>
        <message>
            <source>Today's backup could not be made.</source>
            <translation>今天的备份未能完成。</translation>
        </message>
        <message>
            <source>Today's date</source>
            <translation>今天的日期</translation>
        </message>
        <message>
            <source>Together with the rest it is more than {most} MB, which services do not take.</source>
            <translation>与其余内容合计超过 {most} MB，服务不接受。</translation>
        </message>
        <message>
            <source>Together with your other rules this needs too much work while an answer comes. Remove some first.</source>
            <translation>与您的其他规则一起，回答到达时的计算量太大。请先移除一些。</translation>
        </message>
        <message>
            <source>Tokens</source>
            <translation>Token</translation>
        </message>
        <message>
            <source>Tone of the reply</source>
            <translation>回复的语气</translation>
        </message>
        <message>
            <source>Too many batches of the service could be the one that was lost.</source>
            <translation>服务中可能是丢失批次的太多。</translation>
        </message>
        <message>
            <source>Tool</source>
            <translation>工具</translation>
        </message>
        <message>
            <source>Tools</source>
            <translation>工具</translation>
        </message>
        <message>
            <source>Tools are switched off in the settings.</source>
            <translation>工具已在设置中关闭。</translation>
        </message>
        <message>
            <source>Tools in this conversation</source>
            <translation>此对话中的工具</translation>
        </message>
        <message>
            <source>Tools listed</source>
            <translation>已列出工具</translation>
        </message>
        <message>
            <source>Tools that were offered</source>
            <translation>提供过的工具</translation>
        </message>
        <message>
            <source>Tools {count}</source>
            <translation>工具 {count}</translation>
        </message>
        <message>
            <source>Tools: {count} offered. Choose them</source>
            <translation>工具：已提供 {count} 个。选择</translation>
        </message>
        <message>
            <source>Translate</source>
            <translation>翻译</translation>
        </message>
        <message>
            <source>Translate all text that is shown into {{language}}, in reading order and with its structure. Leave names and code as they are. Add nothing of your own.</source>
            <translation>请将图中的全部文字翻译成{{language}}，按阅读顺序并保留结构。名称和代码保持原样。不要添加自己的内容。</translation>
        </message>
        <message>
            <source>Translate in place</source>
            <translation>就地翻译</translation>
        </message>
        <message>
            <source>Translate into</source>
            <translation>翻译成</translation>
        </message>
        <message>
            <source>Translate into another language</source>
            <translation>翻译成另一种语言</translation>
        </message>
        <message>
            <source>Translate it in parts.</source>
            <translation>请分段翻译。</translation>
        </message>
        <message>
            <source>Translate this picture into {language}.</source>
            <translation>请将此图片翻译成{language}。</translation>
        </message>
        <message>
            <source>Translate this text into {language}:</source>
            <translation>请将此文字翻译成{language}：</translation>
        </message>
        <message>
            <source>Translated words</source>
            <translation>已翻译的文字</translation>
        </message>
        <message>
            <source>Translating…</source>
            <translation>正在翻译…</translation>
        </message>
        <message>
            <source>Translating… {done} of {all}</source>
            <translation>正在翻译… {done} / {all}</translation>
        </message>
        <message>
            <source>Translation</source>
            <translation>译文</translation>
        </message>
        <message>
            <source>Translation into {language}</source>
            <translation>翻译成{language}</translation>
        </message>
        <message>
            <source>Trust the system's certificates alone</source>
            <translation>只信任系统的证书</translation>
        </message>
        <message>
            <source>Trust what it says of itself</source>
            <translation>信任它对自身的说明</translation>
        </message>
        <message>
            <source>Try</source>
            <translation>试用</translation>
        </message>
        <message>
            <source>Try again</source>
            <translation>重试</translation>
        </message>
        <message>
            <source>Try again later.</source>
            <translation>请稍后重试。</translation>
        </message>
        <message>
            <source>Try again with a smaller region.</source>
            <translation>请用较小的区域重试。</translation>
        </message>
        <message>
            <source>Try again, or with another model.</source>
            <translation>请重试，或使用其他模型。</translation>
        </message>
        <message>
            <source>Try again.</source>
            <translation>请重试。</translation>
        </message>
        <message>
            <source>Try again; a smaller region needs less memory.</source>
            <translation>请重试；较小的区域需要的内存较少。</translation>
        </message>
        <message>
            <source>Try again; if it happens again, tell its author.</source>
            <translation>请重试；如果再次出现，请告知其作者。</translation>
        </message>
        <message>
            <source>Try again; if it stays so: {without}</source>
            <translation>请重试；如果仍然如此：{without}</translation>
        </message>
        <message>
            <source>Try again; its folder may be on a disk that does not answer.</source>
            <translation>请重试；其文件夹可能位于没有响应的磁盘上。</translation>
        </message>
        <message>
            <source>Try again; its log may say why.</source>
            <translation>请重试；其日志可能说明了原因。</translation>
        </message>
        <message>
            <source>Try another row</source>
            <translation>试问另一行</translation>
        </message>
        <message>
            <source>Try it</source>
            <translation>试一试</translation>
        </message>
        <message>
            <source>Try its command in a terminal.</source>
            <translation>请在终端中尝试其命令。</translation>
        </message>
        <message>
            <source>Try one row</source>
            <translation>试问一行</translation>
        </message>
        <message>
            <source>Try the rules</source>
            <translation>试用规则</translation>
        </message>
        <message>
            <source>Try the shortcut</source>
            <translation>试试快捷键</translation>
        </message>
        <message>
            <source>Try to get the keys again: {title}</source>
            <translation>重新尝试取得按键：{title}</translation>
        </message>
        <message>
            <source>Type a question or add a picture.</source>
            <translation>请输入问题或添加图片。</translation>
        </message>
        <message>
            <source>Type what a model could answer, and see what would be shown of it.</source>
            <translation>输入模型可能的回答，看看其中哪些会显示。</translation>
        </message>
        <message>
            <source>Type “{word}” to go on</source>
            <translation>输入“{word}”以继续</translation>
        </message>
        <message>
            <source>US dollars</source>
            <translation>美元</translation>
        </message>
        <message>
            <source>Undo</source>
            <translation>撤销</translation>
        </message>
        <message>
            <source>Undo (Ctrl+Z)</source>
            <translation>撤销 (Ctrl+Z)</translation>
        </message>
        <message>
            <source>Undo (U)</source>
            <translation>撤销 (U)</translation>
        </message>
        <message>
            <source>Undo the last decision (U, Ctrl+Z)</source>
            <translation>撤销上一个决定 (U, Ctrl+Z)</translation>
        </message>
        <message>
            <source>Undo, redo</source>
            <translation>撤销、重做</translation>
        </message>
        <message>
            <source>Unless Ollama is set up for more, it may read only the last few thousand tokens of a conversation.</source>
            <translation>除非 Ollama 另有配置，它可能只读取对话最后的几千个 token。</translation>
        </message>
        <message>
            <source>Unlock it in your desktop's password settings, then try again.</source>
            <translation>请在桌面的密码设置中解锁，然后重试。</translation>
        </message>
        <message>
            <source>Unpack the archive with its password, and import the folder.</source>
            <translation>请用密码解压，然后导入文件夹。</translation>
        </message>
        <message numerus="yes">
            <source>Unpin {n} conversations</source>
            <extracomment>Unpin</extracomment>
            <translation>
                <numerusform>取消置顶 {n} 个对话</numerusform>
            </translation>
        </message>
        <message>
            <source>Update Kireji, then import it again; nothing was imported.</source>
            <translation>请更新 Kireji 后再导入；没有导入任何内容。</translation>
        </message>
        <message>
            <source>Update Kireji, then restore it; nothing was changed.</source>
            <translation>请更新 Kireji 后再恢复；没有更改任何内容。</translation>
        </message>
        <message>
            <source>Update it.</source>
            <translation>请更新它。</translation>
        </message>
        <message>
            <source>Update the package where it was installed from, with pip install --upgrade or uv.</source>
            <translation>请用当初安装它的工具更新软件包：pip install --upgrade 或 uv。</translation>
        </message>
        <message>
            <source>Update xdg-desktop-portal.</source>
            <translation>请更新 xdg-desktop-portal。</translation>
        </message>
        <message>
            <source>Updates</source>
            <translation>更新</translation>
        </message>
        <message>
            <source>Use</source>
            <translation>用途</translation>
        </message>
        <message>
            <source>Use --screen N or --region, or leave out -o.</source>
            <translation>请使用 --screen N 或 --region，或省略 -o。</translation>
        </message>
        <message>
            <source>Use a PNG, JPEG, WebP or GIF file.</source>
            <translation>请使用 PNG、JPEG、WebP 或 GIF 文件。</translation>
        </message>
        <message>
            <source>Use a server with fewer tools.</source>
            <translation>请使用工具较少的服务器。</translation>
        </message>
        <message>
            <source>Use an undamaged PNG, JPEG, WebP or GIF picture.</source>
            <translation>请使用未损坏的 PNG、JPEG、WebP 或 GIF 图片。</translation>
        </message>
        <message>
            <source>Use default</source>
            <translation>使用默认值</translation>
        </message>
        <message>
            <source>Use for this session</source>
            <translation>仅在本次会话中使用</translation>
        </message>
        <message>
            <source>Use it</source>
            <translation>使用</translation>
        </message>
        <message>
            <source>Use one of: {names}.</source>
            <translation>请使用以下之一：{names}。</translation>
        </message>
        <message>
            <source>Use small letters, digits and hyphens between them, 64 at most.</source>
            <translation>请使用小写字母、数字以及它们之间的连字符，最多 64 个。</translation>
        </message>
        <message>
            <source>Use the button, or write below.</source>
            <translation>请使用按钮，或在下方输入。</translation>
        </message>
        <message>
            <source>Use the menu bar's menu.</source>
            <translation>请使用菜单栏的菜单。</translation>
        </message>
        <message>
            <source>Use the tray's menu.</source>
            <translation>请使用托盘菜单。</translation>
        </message>
        <message>
            <source>Use the usual one</source>
            <translation>使用默认位置</translation>
        </message>
        <message>
            <source>Use {chord}</source>
            <translation>使用 {chord}</translation>
        </message>
        <message>
            <source>Use {model} of {server}</source>
            <translation>使用 {server} 的 {model}</translation>
        </message>
        <message>
            <source>Value</source>
            <translation>值</translation>
        </message>
        <message>
            <source>Variables</source>
            <translation>变量</translation>
        </message>
        <message>
            <source>Verdict</source>
            <translation>判定</translation>
        </message>
        <message>
            <source>Verdicts</source>
            <translation>判定</translation>
        </message>
        <message>
            <source>Verify</source>
            <translation>核验</translation>
        </message>
        <message>
            <source>Version</source>
            <translation>版本</translation>
        </message>
        <message>
            <source>Version {number} of {count}</source>
            <translation>版本 {number}，共 {count} 个</translation>
        </message>
        <message>
            <source>Version {version}</source>
            <translation>版本 {version}</translation>
        </message>
        <message>
            <source>Version {version} · {categories}</source>
            <translation>版本 {version} · {categories}</translation>
        </message>
        <message>
            <source>Versions</source>
            <translation>版本</translation>
        </message>
        <message>
            <source>Very high</source>
            <translation>很高</translation>
        </message>
        <message>
            <source>W</source>
            <translation>W</translation>
        </message>
        <message>
            <source>Wait for its end, or stop it with Esc.</source>
            <translation>请等待完成，或按 Esc 停止。</translation>
        </message>
        <message>
            <source>Wait for the answer; the next change is watched for then.</source>
            <translation>请等待回答；之后会监视下一次变化。</translation>
        </message>
        <message>
            <source>Wait until it has ended, then try again.</source>
            <translation>请等它结束后重试。</translation>
        </message>
        <message>
            <source>Waiting again: {rows}.</source>
            <translation>重新等待：{rows}。</translation>
        </message>
        <message>
            <source>Waiting for you</source>
            <translation>正在等待您</translation>
        </message>
        <message>
            <source>Waiting for you to allow it in the browser. Did no browser open? Copy the address.</source>
            <translation>正在等待您在浏览器中允许。没有打开浏览器？请复制地址。</translation>
        </message>
        <message>
            <source>Waiting for {keys}…</source>
            <translation>正在等待 {keys}…</translation>
        </message>
        <message>
            <source>Waiting for {name}</source>
            <translation>正在等待 {name}</translation>
        </message>
        <message>
            <source>Waiting for {name}; the model may be loading</source>
            <translation>正在等待 {name}；模型可能正在加载</translation>
        </message>
        <message>
            <source>Waits for you: {title}</source>
            <translation>等待您：{title}</translation>
        </message>
        <message>
            <source>Watch this region</source>
            <translation>监视此区域</translation>
        </message>
        <message>
            <source>Watched region</source>
            <translation>监视的区域</translation>
        </message>
        <message>
            <source>Watching goes on when the screens are as before.</source>
            <translation>屏幕恢复原状后会继续监视。</translation>
        </message>
        <message>
            <source>Watching the region</source>
            <translation>正在监视区域</translation>
        </message>
        <message>
            <source>Watching this region</source>
            <translation>正在监视此区域</translation>
        </message>
        <message>
            <source>Web page</source>
            <translation>网页</translation>
        </message>
        <message>
            <source>Web page {address}</source>
            <translation>网页 {address}</translation>
        </message>
        <message>
            <source>Web pages</source>
            <translation>网页</translation>
        </message>
        <message>
            <source>Web page…</source>
            <translation>网页…</translation>
        </message>
        <message>
            <source>Webhook</source>
            <translation>Webhook</translation>
        </message>
        <message>
            <source>Welcome to Kireji</source>
            <translation>欢迎使用 Kireji</translation>
        </message>
        <message>
            <source>What</source>
            <translation>内容</translation>
        </message>
        <message>
            <source>What belongs there</source>
            <translation>应填入的内容</translation>
        </message>
        <message>
            <source>What buttons and menus show</source>
            <translation>按钮和菜单上显示的文字</translation>
        </message>
        <message>
            <source>What came from the address of updates is no list of versions, or it is damaged.</source>
            <translation>从更新地址收到的内容不是版本列表，或已损坏。</translation>
        </message>
        <message>
            <source>What came of this answer is no longer kept, or was kept by a newer Kireji.</source>
            <translation>此回答的结果已不再保留，或由较新的 Kireji 保存。</translation>
        </message>
        <message>
            <source>What goes along</source>
            <translation>一并发送的内容</translation>
        </message>
        <message>
            <source>What goes along with the question</source>
            <translation>随问题一并发送的内容</translation>
        </message>
        <message>
            <source>What goes along…</source>
            <translation>一并发送的内容…</translation>
        </message>
        <message>
            <source>What has changed from the first picture of a row to the second.</source>
            <translation>每行的第二张图片与第一张相比有何变化。</translation>
        </message>
        <message>
            <source>What is allowed</source>
            <translation>已允许的内容</translation>
        </message>
        <message>
            <source>What is asked about</source>
            <translation>提问内容</translation>
        </message>
        <message>
            <source>What is asked. {{name}} is a place that is filled in.</source>
            <translation>所提的问题。{{name}} 是要填入内容的位置。</translation>
        </message>
        <message>
            <source>What is different between these two pictures?</source>
            <translation>这两张图片有什么不同？</translation>
        </message>
        <message>
            <source>What is different between two pictures</source>
            <translation>两张图片的不同之处</translation>
        </message>
        <message>
            <source>What is done</source>
            <translation>如何处理</translation>
        </message>
        <message>
            <source>What is done stays done; kireji batch run{number} goes on with the rest.</source>
            <translation>已完成的不受影响；kireji batch run{number} 会继续其余部分。</translation>
        </message>
        <message>
            <source>What is done: {where}</source>
            <translation>如何处理：{where}</translation>
        </message>
        <message>
            <source>What is hidden, one after the other; Space: send it, hide it; from the question with Alt</source>
            <translation>逐个查看隐藏的内容；空格：发送、隐藏；在问题框中加 Alt</translation>
        </message>
        <message>
            <source>What is judged</source>
            <translation>所判定的内容</translation>
        </message>
        <message>
            <source>What is kept</source>
            <translation>保存的内容</translation>
        </message>
        <message>
            <source>What is left on the account</source>
            <translation>账户余额</translation>
        </message>
        <message>
            <source>What is new</source>
            <translation>新内容</translation>
        </message>
        <message>
            <source>What is not Kireji's own stays, also in these folders. Nobody can promise that deleted files cannot be recovered from an SSD; an encrypted disk protects them.</source>
            <translation>不属于 Kireji 的内容会保留，在这些文件夹中也一样。谁也无法保证已删除的文件不能从 SSD 恢复；加密的磁盘可以保护它们。</translation>
        </message>
        <message>
            <source>What is remembered between two starts</source>
            <translation>两次启动之间记住的内容</translation>
        </message>
        <message>
            <source>What is shown</source>
            <translation>所显示的内容</translation>
        </message>
        <message>
            <source>What is written here is not saved yet. Only one of them can stay.</source>
            <translation>此处所写的内容尚未保存。两者只能保留其一。</translation>
        </message>
        <message>
            <source>What is wrong with the text</source>
            <translation>文本中的问题</translation>
        </message>
        <message>
            <source>What it is called with</source>
            <translation>调用参数</translation>
        </message>
        <message>
            <source>What it should say</source>
            <translation>应表达的内容</translation>
        </message>
        <message>
            <source>What it will take</source>
            <translation>所需费用和时间</translation>
        </message>
        <message>
            <source>What it would do</source>
            <translation>它将做什么</translation>
        </message>
        <message>
            <source>What it would look at</source>
            <translation>它将查看什么</translation>
        </message>
        <message>
            <source>What it wrote last:</source>
            <translation>它最后写的内容：</translation>
        </message>
        <message>
            <source>What left this computer</source>
            <translation>离开本机的内容</translation>
        </message>
        <message>
            <source>What lies at the address of updates is no list of versions.</source>
            <translation>更新地址上的内容不是版本列表。</translation>
        </message>
        <message>
            <source>What of every row</source>
            <translation>每行取什么</translation>
        </message>
        <message>
            <source>What shall be done</source>
            <translation>应如何处理</translation>
        </message>
        <message>
            <source>What shall be done instead?</source>
            <translation>应改为如何处理？</translation>
        </message>
        <message>
            <source>What stands behind “password:”, and in addresses like https://me:…@host</source>
            <translation>“password:”之后的内容，以及 https://me:…@host 这类地址中的密码</translation>
        </message>
        <message>
            <source>What stands beside them…</source>
            <translation>其余文件…</translation>
        </message>
        <message>
            <source>What stays on this computer needs no hiding. Choose another for a server that is somewhere else.</source>
            <translation>留在本机的内容无需隐藏。如果服务器在别处，请选择其他选项。</translation>
        </message>
        <message>
            <source>What texts and pictures are judged by: categories, how grave something is, and what is done then. Open one to see it, try it, and check how well it judges.</source>
            <translation>判定文字和图片的依据：类别、严重程度以及相应的处理方式。打开一项可以查看、试用，并检查其判定的准确程度。</translation>
        </message>
        <message>
            <source>What the desktop names as its proxy is no address: enter the proxy in Settings, Network.</source>
            <translation>桌面设置的代理不是地址：请在“设置”的“网络”中输入代理。</translation>
        </message>
        <message>
            <source>What the job is called</source>
            <translation>任务名称</translation>
        </message>
        <message>
            <source>What the model refuses to judge is allowed.</source>
            <translation>模型拒绝判定的内容会被允许。</translation>
        </message>
        <message>
            <source>What the model refuses to judge: {action}.</source>
            <translation>模型拒绝判定的内容：{action}。</translation>
        </message>
        <message>
            <source>What the next question costs</source>
            <translation>下一个问题的费用</translation>
        </message>
        <message>
            <source>What the policy says</source>
            <translation>策略的规定</translation>
        </message>
        <message>
            <source>What was changed, removed or added in the ledger later is found.</source>
            <translation>台账中事后的更改、移除或添加都能发现。</translation>
        </message>
        <message>
            <source>What was copied is larger than {size} MB.</source>
            <translation>复制的内容超过 {size} MB。</translation>
        </message>
        <message>
            <source>What was copied is too long for a policy.</source>
            <translation>所复制的内容对策略来说太长。</translation>
        </message>
        <message>
            <source>What was copied is too long to be tried here. Paste a part of it.</source>
            <translation>所复制的内容太长，无法在此试用。请粘贴其中一部分。</translation>
        </message>
        <message>
            <source>What was decided</source>
            <translation>做出的决定</translation>
        </message>
        <message>
            <source>What was deleted is kept for 30 days.</source>
            <translation>删除的内容保留 30 天。</translation>
        </message>
        <message>
            <source>What was sent</source>
            <translation>已发送的内容</translation>
        </message>
        <message>
            <source>What was sent cannot be shown any more.</source>
            <translation>已无法再显示当时发送的内容。</translation>
        </message>
        <message>
            <source>What was sent, byte for byte</source>
            <translation>所发送内容的原始字节</translation>
        </message>
        <message>
            <source>What will be asked</source>
            <translation>将要提出的问题</translation>
        </message>
        <message>
            <source>What will be sent</source>
            <translation>将要发送的内容</translation>
        </message>
        <message>
            <source>What would be shown</source>
            <translation>将显示的内容</translation>
        </message>
        <message>
            <source>What you wish besides, such as “names and dates only”; may be empty.</source>
            <translation>其他要求，例如“只要姓名和日期”；可以留空。</translation>
        </message>
        <message>
            <source>What you wish besides, such as “only the line items”; may be empty.</source>
            <translation>其他要求，例如“只要明细行”；可以留空。</translation>
        </message>
        <message>
            <source>What {host} has at this address is no picture.</source>
            <translation>{host} 在该地址上的内容不是图片。</translation>
        </message>
        <message>
            <source>When</source>
            <translation>时间</translation>
        </message>
        <message>
            <source>When that does not work</source>
            <translation>当无法使用时</translation>
        </message>
        <message>
            <source>When the one that was asked cannot be reached or has no capacity, these are asked in this order; the answer says who gave it.</source>
            <translation>当所询问的服务无法连接或没有余力时，按此顺序询问以下服务；回答会注明来自谁。</translation>
        </message>
        <message>
            <source>When the one that was asked cannot be reached, nobody else is asked; you are told why.</source>
            <translation>当所询问的服务无法连接时，不再询问其他服务；会告诉您原因。</translation>
        </message>
        <message>
            <source>Where</source>
            <translation>位置</translation>
        </message>
        <message>
            <source>Where a job stands</source>
            <translation>任务的状态</translation>
        </message>
        <message>
            <source>Where it runs</source>
            <translation>运行方式</translation>
        </message>
        <message>
            <source>Where the list comes from</source>
            <translation>列表的来源</translation>
        </message>
        <message>
            <source>Which</source>
            <translation>哪些</translation>
        </message>
        <message>
            <source>Which lines are bad, and why: kireji batch bad {id}</source>
            <translation>哪些行无效及其原因：kireji batch bad {id}</translation>
        </message>
        <message>
            <source>Which rows are shown</source>
            <translation>显示哪些行</translation>
        </message>
        <message>
            <source>Which table is shown</source>
            <translation>显示哪个表格</translation>
        </message>
        <message>
            <source>Which words belong to which place could not be told.</source>
            <translation>无法确定哪些文字属于哪个位置。</translation>
        </message>
        <message>
            <source>While words from outside stand in a conversation you are asked all the same: a page's address can carry something away.</source>
            <translation>只要对话中有外来文字，仍会询问您：网页的地址可能把信息带出去。</translation>
        </message>
        <message>
            <source>Who answers</source>
            <translation>由谁回答</translation>
        </message>
        <message>
            <source>Who answers instead</source>
            <translation>由谁代为回答</translation>
        </message>
        <message>
            <source>Whoever can write your files could write the whole ledger anew. Keep this line elsewhere, and a later check can tell:</source>
            <translation>凡能写入您文件的人，都可能重写整个台账。请将此行保存在别处，以后核验时便能发现：</translation>
        </message>
        <message>
            <source>Whole screen</source>
            <translation>整个屏幕</translation>
        </message>
        <message>
            <source>Why (a note for others, and for you)</source>
            <translation>原因（给他人和自己的备注）</translation>
        </message>
        <message>
            <source>Why it cannot be used</source>
            <translation>无法使用的原因</translation>
        </message>
        <message>
            <source>Window</source>
            <translation>窗口</translation>
        </message>
        <message>
            <source>Window system</source>
            <translation>窗口系统</translation>
        </message>
        <message>
            <source>Windows 11 opens its own capture with this key; Settings, Accessibility, Keyboard changes that. </source>
            <translation>Windows 11 用此键打开自带的截图；可在“设置”、“辅助功能”、“键盘”中更改。</translation>
        </message>
        <message>
            <source>Windows does not answer about shortcuts.</source>
            <translation>Windows 对快捷键请求没有响应。</translation>
        </message>
        <message>
            <source>Windows does not offer global shortcuts to this program.</source>
            <translation>Windows 不向此程序提供全局快捷键。</translation>
        </message>
        <message>
            <source>Windows has stopped telling of shortcuts.</source>
            <translation>Windows 不再报告快捷键。</translation>
        </message>
        <message>
            <source>Windows keeps F12 for debuggers.</source>
            <translation>Windows 将 F12 保留给调试器。</translation>
        </message>
        <message>
            <source>Windows keeps most combinations with the Windows key for itself. </source>
            <translation>Windows 保留了大多数含 Windows 键的组合。</translation>
        </message>
        <message>
            <source>With a command the type must be "stdio".</source>
            <translation>使用 command 时，类型必须是 "stdio"。</translation>
        </message>
        <message>
            <source>With a tool: go to a place, begin and end there</source>
            <translation>使用工具时：移到某处，在那里开始和结束</translation>
        </message>
        <message>
            <source>With a tool: the next mark, remove it</source>
            <translation>使用工具时：下一个标注、删除它</translation>
        </message>
        <message>
            <source>With a url the type must be "http".</source>
            <translation>使用 url 时，类型必须是 "http"。</translation>
        </message>
        <message>
            <source>With another effort the service reads {tokens} tokens anew{price}.</source>
            <translation>更改推理强度后，服务要重新读取 {tokens} 个 token{price}。</translation>
        </message>
        <message>
            <source>With another model…</source>
            <translation>用其他模型…</translation>
        </message>
        <message>
            <source>With other instructions the service reads {tokens} tokens anew{price}.</source>
            <translation>更改指令后，服务要重新读取 {tokens} 个 token{price}。</translation>
        </message>
        <message>
            <source>With other rules for hiding the service reads {tokens} tokens anew{price}.</source>
            <translation>更改隐藏规则后，服务要重新读取 {tokens} 个 token{price}。</translation>
        </message>
        <message>
            <source>With other tools the service reads {tokens} tokens anew{price}.</source>
            <translation>更改工具后，服务要重新读取 {tokens} 个 token{price}。</translation>
        </message>
        <message>
            <source>With the next question, messages 2 to {last} will not go along: they no longer fit.</source>
            <translation>下一个问题将不会一并发送第 2 至 {last} 条消息：已放不下。</translation>
        </message>
        <message>
            <source>With the next question, the first {count} messages will not go along: they no longer fit.</source>
            <translation>下一个问题将不会一并发送前 {count} 条消息：已放不下。</translation>
        </message>
        <message>
            <source>With this change the service reads {tokens} tokens anew{price}.</source>
            <translation>做此更改后，服务要重新读取 {tokens} 个 token{price}。</translation>
        </message>
        <message>
            <source>With what its tools gave back, this answer is longer than {name} can read.</source>
            <translation>加上工具返回的内容，此回答超出了 {name} 能读取的长度。</translation>
        </message>
        <message numerus="yes">
            <source>With {n} pictures.</source>
            <extracomment>With one picture.</extracomment>
            <translation>
                <numerusform>带 {n} 张图片。</numerusform>
            </translation>
        </message>
        <message>
            <source>Within</source>
            <translation>包含于</translation>
        </message>
        <message>
            <source>Without a key, this computer reads the text in what you cut out. Nothing is sent anywhere.</source>
            <translation>没有密钥时，由本机读取您截取内容中的文字。不会发送任何内容。</translation>
        </message>
        <message>
            <source>Without asking</source>
            <translation>无需询问</translation>
        </message>
        <message>
            <source>Words</source>
            <translation>词</translation>
        </message>
        <message>
            <source>Words of the mark</source>
            <translation>标注文字</translation>
        </message>
        <message>
            <source>Words of the prompt</source>
            <translation>快捷提问的文字</translation>
        </message>
        <message>
            <source>Write a prompt.</source>
            <translation>请写提示词。</translation>
        </message>
        <message>
            <source>Write a question first; then you can see what will be sent.</source>
            <translation>请先写一个问题；然后就能看到将要发送的内容。</translation>
        </message>
        <message>
            <source>Write a reply to the message that is shown, in the language of the message. The tone is {{tone}}. Answer every question in it, promise nothing and invent no facts, names or dates; write […] where something must be filled in. Write the reply alone, ready to send.

What the reply should say, if anything stands here: {{points}}</source>
            <translation>请用所示消息的语言为该消息写一条回复。语气：{{tone}}。回答其中的每个问题，不作任何承诺，不编造事实、姓名或日期；需要补充内容之处写 […]。只写可以直接发送的回复。

回复应表达的内容（如果此处有写明）：{{points}}</translation>
        </message>
        <message>
            <source>Write a table (.csv), which spreadsheets read, or lines of JSON (.jsonl).</source>
            <translation>请写成电子表格可读取的表格 (.csv)，或 JSON 行 (.jsonl)。</translation>
        </message>
        <message>
            <source>Write down all text that is shown, in reading order and exactly as it stands, with its line breaks. Write tables and lists as Markdown, and code in a code block. Write […] for what cannot be read. Add nothing of your own.</source>
            <translation>请按阅读顺序写出图中的全部文字，完全照原样，保留换行。表格和列表用 Markdown，代码放在代码块中。无法辨认之处写 […]。不要添加自己的内容。</translation>
        </message>
        <message>
            <source>Write each object on a line of its own, as jq -c '.[]' does.</source>
            <translation>请将每个对象写在单独一行，如 jq -c '.[]' 那样。</translation>
        </message>
        <message>
            <source>Write it</source>
            <translation>开始编写</translation>
        </message>
        <message>
            <source>Write its arguments apart from it: each is a text of its own in args.</source>
            <translation>请将其参数分开写：每个参数在 args 中是单独的一段文字。</translation>
        </message>
        <message>
            <source>Write on the picture</source>
            <translation>在图片上写字</translation>
        </message>
        <message>
            <source>Write the alternative text of this picture, for people who cannot see it. Say what it shows and what it is for, in one or two plain sentences of at most 200 characters together. Repeat words that stand in it where they carry the meaning. Do not begin with “Picture of” or “Screenshot of”, and do not guess who a person is. Write the alternative text alone.</source>
            <translation>请为此图片写替代文本，供看不见图片的人使用。用一两句平实的话说明它显示什么、用来做什么，总共最多 200 个字符。图中的文字如果承载含义，请复述。不要以“……的图片”或“……的截图”之类的话开头，也不要猜测图中的人是谁。只写替代文本。</translation>
        </message>
        <message>
            <source>Write the value itself, {variable} or {kept} in its place.</source>
            <translation>请在该处写入值本身、{variable} 或 {kept}。</translation>
        </message>
        <message>
            <source>Write them as lines of JSON (.jsonl).</source>
            <translation>请写成 JSON 行 (.jsonl)。</translation>
        </message>
        <message>
            <source>Write them into its address, http://name:password@host:port, in network.proxy or HTTPS_PROXY.</source>
            <translation>请写入其地址，http://name:password@host:port，放在 network.proxy 或 HTTPS_PROXY 中。</translation>
        </message>
        <message>
            <source>Write what belongs there first: {names}</source>
            <translation>请先填入应有的内容：{names}</translation>
        </message>
        <message>
            <source>Writing</source>
            <translation>书写</translation>
        </message>
        <message>
            <source>Writing the answers…</source>
            <translation>正在写入回答…</translation>
        </message>
        <message>
            <source>Writing the decisions…</source>
            <translation>正在写入决定…</translation>
        </message>
        <message>
            <source>Writing…</source>
            <translation>正在写入…</translation>
        </message>
        <message>
            <source>Written</source>
            <translation>已生成</translation>
        </message>
        <message>
            <source>Wrong in another way</source>
            <translation>错误有所不同</translation>
        </message>
        <message>
            <source>Yes or no</source>
            <translation>是或否</translation>
        </message>
        <message>
            <source>Yesterday</source>
            <translation>昨天</translation>
        </message>
        <message>
            <source>You</source>
            <translation>您</translation>
        </message>
        <message>
            <source>You are asked before it runs.</source>
            <translation>运行之前会询问您。</translation>
        </message>
        <message>
            <source>You are signed in with OpenRouter.</source>
            <translation>您已登录 OpenRouter。</translation>
        </message>
        <message>
            <source>You asked in {title}: {words}</source>
            <translation>您在 {title} 中提问：{words}</translation>
        </message>
        <message>
            <source>You have allowed it. Where words from outside stand in the conversation, it may ask again.</source>
            <translation>您已允许。如果对话中有外来文字，它可能会再次询问。</translation>
        </message>
        <message>
            <source>You have another policy of this name. Choose another name.</source>
            <translation>您已有同名的策略。请选择其他名称。</translation>
        </message>
        <message>
            <source>You have another prompt of this name. Choose another name.</source>
            <translation>您已有同名的快捷提问。请选择其他名称。</translation>
        </message>
        <message>
            <source>You have denied it; models are told so.</source>
            <translation>您已拒绝；会告知模型。</translation>
        </message>
        <message>
            <source>You may not read this.</source>
            <translation>您无权读取此项。</translation>
        </message>
        <message>
            <source>You stopped the answer before, so this waits:</source>
            <translation>您停止了前一条回答，因此此项等待中：</translation>
        </message>
        <message>
            <source>You stopped this answer before its first word.</source>
            <translation>您在第一个字出现前停止了这条回答。</translation>
        </message>
        <message>
            <source>You stopped this answer. What had arrived is kept.</source>
            <translation>您停止了这条回答。已收到的内容已保留。</translation>
        </message>
        <message>
            <source>You, for a folder</source>
            <translation>您，针对一个文件夹</translation>
        </message>
        <message>
            <source>You, for a host</source>
            <translation>您，针对一个主机</translation>
        </message>
        <message>
            <source>You, for a time</source>
            <translation>您，在一段时间内</translation>
        </message>
        <message>
            <source>You, for this conversation</source>
            <translation>您，针对此对话</translation>
        </message>
        <message>
            <source>You, from then on</source>
            <translation>您，从那时起</translation>
        </message>
        <message>
            <source>You, once</source>
            <translation>您，一次</translation>
        </message>
        <message>
            <source>Your data</source>
            <translation>您的数据</translation>
        </message>
        <message>
            <source>Your data could not be copied before version {version} uses it.</source>
            <translation>在版本 {version} 使用您的数据之前，未能为其制作副本。</translation>
        </message>
        <message>
            <source>Your own address, told of a job</source>
            <translation>您自己的地址，收到任务通知</translation>
        </message>
        <message>
            <source>Your own words</source>
            <translation>您的自定义词</translation>
        </message>
        <message>
            <source>Your own words to hide cannot be read in settings.toml, so nothing was sent.</source>
            <translation>无法读取 settings.toml 中您要隐藏的自定义词，因此没有发送任何内容。</translation>
        </message>
        <message>
            <source>Your policies</source>
            <translation>您的策略</translation>
        </message>
        <message>
            <source>Your prompts</source>
            <translation>您的快捷提问</translation>
        </message>
        <message>
            <source>Your question</source>
            <translation>您的问题</translation>
        </message>
        <message>
            <source>Your question about a picture</source>
            <translation>您关于图片的问题</translation>
        </message>
        <message>
            <source>Your rules for answers need too much work, so the rest of this answer is not shown. Make them simpler in the settings, under Privacy.</source>
            <translation>您的回答规则计算量太大，因此不显示此回答的其余部分。请在设置的“隐私”中简化它们。</translation>
        </message>
        <message>
            <source>Your rules hold while an answer comes, however it is cut into pieces. A text is found in any case; between two strokes it is a pattern. What a model passes to tools is left as it is.</source>
            <translation>您的规则在回答到达时即生效，无论回答如何分段。文字不区分大小写；写在两条斜杠之间的是模式。模型传给工具的内容保持原样。</translation>
        </message>
        <message>
            <source>Your stop rule {rule} ended the answer here.</source>
            <translation>您的停止规则 {rule} 在此结束了回答。</translation>
        </message>
        <message>
            <source>[picture: {description}]</source>
            <translation>[图片：{description}]</translation>
        </message>
        <message>
            <source>[picture]</source>
            <translation>[图片]</translation>
        </message>
        <message>
            <source>[{name}] is not a section this version knows{meant}</source>
            <translation>[{name}] 不是此版本支持的节{meant}</translation>
        </message>
        <message>
            <source>[… {count} bytes left out …]</source>
            <translation>[… 略过 {count} 字节 …]</translation>
        </message>
        <message>
            <source>a date</source>
            <translation>日期</translation>
        </message>
        <message>
            <source>a document</source>
            <translation>一个文档</translation>
        </message>
        <message>
            <source>a file</source>
            <translation>文件</translation>
        </message>
        <message>
            <source>a file name is empty</source>
            <translation>有一个文件名为空</translation>
        </message>
        <message>
            <source>a huge number</source>
            <translation>极大的数字</translation>
        </message>
        <message>
            <source>a list</source>
            <translation>列表</translation>
        </message>
        <message>
            <source>a local server</source>
            <translation>本地服务器</translation>
        </message>
        <message>
            <source>a note has at most {most} characters</source>
            <translation>备注最多 {most} 个字符</translation>
        </message>
        <message>
            <source>a number</source>
            <translation>数字</translation>
        </message>
        <message>
            <source>a number that is not whole</source>
            <translation>非整数</translation>
        </message>
        <message>
            <source>a plugin or a server</source>
            <translation>插件或服务器</translation>
        </message>
        <message>
            <source>a quotation</source>
            <translation>引文</translation>
        </message>
        <message>
            <source>a row is decided about in two ways; decide each once</source>
            <translation>有一行被以两种方式决定；每行请只决定一次</translation>
        </message>
        <message>
            <source>a server</source>
            <translation>一个服务器</translation>
        </message>
        <message>
            <source>a table</source>
            <translation>表</translation>
        </message>
        <message>
            <source>about {amount}</source>
            <translation>约 {amount}</translation>
        </message>
        <message>
            <source>about {read} read, {written} written</source>
            <translation>约读取 {read}，写出 {written}</translation>
        </message>
        <message>
            <source>about {time}</source>
            <translation>约 {time}</translation>
        </message>
        <message>
            <source>about {usual}</source>
            <translation>约 {usual}</translation>
        </message>
        <message>
            <source>accepted</source>
            <translation>已接受</translation>
        </message>
        <message>
            <source>action</source>
            <translation>动作</translation>
        </message>
        <message>
            <source>ada@example.org</source>
            <translation>ada@example.org</translation>
        </message>
        <message>
            <source>all found on the picture</source>
            <translation>全部在图片上找到</translation>
        </message>
        <message>
            <source>allowed</source>
            <translation>已允许</translation>
        </message>
        <message>
            <source>allowed for this host</source>
            <translation>已对此主机允许</translation>
        </message>
        <message>
            <source>allowed from now on</source>
            <translation>从现在起允许</translation>
        </message>
        <message>
            <source>allowed in this conversation</source>
            <translation>已在此对话中允许</translation>
        </message>
        <message>
            <source>allowed in this folder</source>
            <translation>已在此文件夹中允许</translation>
        </message>
        <message>
            <source>allowed once</source>
            <translation>已允许一次</translation>
        </message>
        <message>
            <source>allowed until {date}</source>
            <translation>允许到 {date}</translation>
        </message>
        <message>
            <source>an answer is being written</source>
            <translation>正在写回答</translation>
        </message>
        <message>
            <source>an argument or a variable holds a character that cannot be passed</source>
            <translation>某个参数或变量含有无法传递的字符</translation>
        </message>
        <message>
            <source>an object</source>
            <translation>对象</translation>
        </message>
        <message>
            <source>and {count} more</source>
            <translation>还有 {count} 行</translation>
        </message>
        <message numerus="yes">
            <source>and {n} more</source>
            <extracomment>and 1 more</extracomment>
            <translation>
                <numerusform>以及另外 {n} 个</numerusform>
            </translation>
        </message>
        <message>
            <source>another tool</source>
            <translation>另一个工具</translation>
        </message>
        <message>
            <source>apologetic</source>
            <translation>致歉</translation>
        </message>
        <message>
            <source>ask</source>
            <translation>需询问</translation>
        </message>
        <message numerus="yes">
            <source>ask, but for {n} folders</source>
            <extracomment>ask, but for 1 folder</extracomment>
            <translation>
                <numerusform>需询问，{n} 个文件夹除外</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>ask, but for {n} hosts</source>
            <extracomment>ask, but for 1 host</extracomment>
            <translation>
                <numerusform>需询问，{n} 个主机除外</numerusform>
            </translation>
        </message>
        <message>
            <source>asked</source>
            <translation>提问对象</translation>
        </message>
        <message>
            <source>asked because the plugin has changed</source>
            <translation>询问原因：插件已变化</translation>
        </message>
        <message>
            <source>asked because the server has changed</source>
            <translation>询问原因：服务器已变化</translation>
        </message>
        <message>
            <source>asked because this conversation contains text from {places}</source>
            <translation>询问原因：此对话含有来自{places}的文字</translation>
        </message>
        <message>
            <source>asked because this tool always asks</source>
            <translation>询问原因：此工具每次都询问</translation>
        </message>
        <message>
            <source>asked because you have not allowed it yet</source>
            <translation>询问原因：您尚未允许</translation>
        </message>
        <message>
            <source>asked because your permission has ended</source>
            <translation>询问原因：您的许可已到期</translation>
        </message>
        <message>
            <source>asked row by row</source>
            <translation>逐行提问</translation>
        </message>
        <message>
            <source>asked the desktop</source>
            <translation>已请求桌面</translation>
        </message>
        <message>
            <source>asking…</source>
            <translation>正在检查…</translation>
        </message>
        <message>
            <source>at a price that is not known</source>
            <translation>价格未知</translation>
        </message>
        <message>
            <source>at most {most}</source>
            <translation>最多 {most}</translation>
        </message>
        <message>
            <source>at most {time}</source>
            <translation>最多 {time}</translation>
        </message>
        <message>
            <source>bank account</source>
            <translation>银行账号</translation>
        </message>
        <message>
            <source>base64, separated by commas</source>
            <translation>Base64，以逗号分隔</translation>
        </message>
        <message>
            <source>batches</source>
            <translation>批次</translation>
        </message>
        <message>
            <source>before sending</source>
            <translation>发送之前</translation>
        </message>
        <message>
            <source>being called back</source>
            <translation>正在撤回</translation>
        </message>
        <message>
            <source>being collected</source>
            <translation>正在取回</translation>
        </message>
        <message>
            <source>being sent</source>
            <translation>正在发送</translation>
        </message>
        <message>
            <source>brief</source>
            <translation>简短</translation>
        </message>
        <message>
            <source>budget</source>
            <translation>预算</translation>
        </message>
        <message>
            <source>budget reached</source>
            <translation>已达到预算</translation>
        </message>
        <message>
            <source>byte {number} is not UTF-8</source>
            <translation>第 {number} 个字节不是 UTF-8</translation>
        </message>
        <message>
            <source>called back</source>
            <translation>已撤回</translation>
        </message>
        <message>
            <source>can use tools</source>
            <translation>能使用工具</translation>
        </message>
        <message>
            <source>cancelled</source>
            <translation>已取消</translation>
        </message>
        <message>
            <source>cancelled {time}</source>
            <translation>{time} 取消</translation>
        </message>
        <message>
            <source>cancelling</source>
            <translation>正在取消</translation>
        </message>
        <message>
            <source>cancelling: the service has not confirmed it yet</source>
            <translation>正在取消：服务尚未确认</translation>
        </message>
        <message>
            <source>cancelling…</source>
            <translation>正在取消…</translation>
        </message>
        <message>
            <source>cannot be used</source>
            <translation>无法使用</translation>
        </message>
        <message>
            <source>cannot fetch pictures from the web</source>
            <translation>无法从网络获取图片</translation>
        </message>
        <message>
            <source>cannot read PDF documents</source>
            <translation>无法读取 PDF 文档</translation>
        </message>
        <message>
            <source>cannot see pictures</source>
            <translation>看不到图片</translation>
        </message>
        <message>
            <source>cannot see; gets the text this computer reads</source>
            <translation>看不到图片；会得到本机读出的文字</translation>
        </message>
        <message>
            <source>captures</source>
            <translation>张截图</translation>
        </message>
        <message>
            <source>card</source>
            <translation>银行卡</translation>
        </message>
        <message>
            <source>category</source>
            <translation>类别</translation>
        </message>
        <message>
            <source>changed</source>
            <translation>已更改</translation>
        </message>
        <message>
            <source>changes things</source>
            <translation>会更改内容</translation>
        </message>
        <message>
            <source>checked</source>
            <translation>已检查</translation>
        </message>
        <message>
            <source>checked; nothing was sent yet</source>
            <translation>已检查；尚未发送任何内容</translation>
        </message>
        <message>
            <source>clearer</source>
            <translation>更清晰</translation>
        </message>
        <message>
            <source>compare two folders, or two pictures</source>
            <translation>请比较两个文件夹，或两张图片</translation>
        </message>
        <message>
            <source>compared</source>
            <translation>已比较</translation>
        </message>
        <message>
            <source>complete</source>
            <translation>完整</translation>
        </message>
        <message>
            <source>copied</source>
            <translation>已复制</translation>
        </message>
        <message>
            <source>cost</source>
            <translation>费用</translation>
        </message>
        <message>
            <source>cost not known</source>
            <translation>费用未知</translation>
        </message>
        <message>
            <source>cost so far</source>
            <translation>目前费用</translation>
        </message>
        <message>
            <source>cost {amount}</source>
            <translation>费用 {amount}</translation>
        </message>
        <message>
            <source>d MMM</source>
            <translation>M月d日</translation>
        </message>
        <message>
            <source>d MMMM yyyy</source>
            <translation>yyyy年M月d日</translation>
        </message>
        <message>
            <source>days</source>
            <translation>天</translation>
        </message>
        <message>
            <source>declining</source>
            <translation>婉拒</translation>
        </message>
        <message>
            <source>default</source>
            <translation>默认</translation>
        </message>
        <message>
            <source>delete</source>
            <translation>删除</translation>
        </message>
        <message>
            <source>denied</source>
            <translation>已拒绝</translation>
        </message>
        <message>
            <source>denied by you</source>
            <translation>已被您拒绝</translation>
        </message>
        <message>
            <source>denied by you from now on</source>
            <translation>您已从现在起拒绝</translation>
        </message>
        <message>
            <source>denied by you in this conversation</source>
            <translation>您已在此对话中拒绝</translation>
        </message>
        <message>
            <source>documents</source>
            <translation>文档</translation>
        </message>
        <message>
            <source>does not go along</source>
            <translation>不一并发送</translation>
        </message>
        <message>
            <source>done</source>
            <translation>完成</translation>
        </message>
        <message>
            <source>elsewhere</source>
            <translation>其他地方</translation>
        </message>
        <message>
            <source>empty</source>
            <translation>空</translation>
        </message>
        <message>
            <source>ended</source>
            <translation>已结束</translation>
        </message>
        <message>
            <source>ended {when}</source>
            <translation>已于 {when} 到期</translation>
        </message>
        <message>
            <source>ends in the middle of something</source>
            <translation>在中途结束</translation>
        </message>
        <message>
            <source>ends {day}</source>
            <translation>{day} 停用</translation>
        </message>
        <message>
            <source>est. {amount}</source>
            <translation>约 {amount}</translation>
        </message>
        <message>
            <source>estimate</source>
            <translation>估计</translation>
        </message>
        <message>
            <source>every call</source>
            <translation>每次调用</translation>
        </message>
        <message>
            <source>exit code {code}</source>
            <translation>退出码 {code}</translation>
        </message>
        <message>
            <source>failed</source>
            <translation>失败</translation>
        </message>
        <message>
            <source>fairly sure</source>
            <translation>比较确定</translation>
        </message>
        <message>
            <source>fields taken out</source>
            <translation>已提取字段</translation>
        </message>
        <message>
            <source>files in {folder}</source>
            <translation>{folder} 中的文件</translation>
        </message>
        <message>
            <source>finished</source>
            <translation>已完成</translation>
        </message>
        <message>
            <source>finished {time}</source>
            <translation>{time} 完成</translation>
        </message>
        <message>
            <source>folded</source>
            <translation>已折叠</translation>
        </message>
        <message>
            <source>for this session</source>
            <translation>仅限本次会话</translation>
        </message>
        <message>
            <source>formal</source>
            <translation>正式</translation>
        </message>
        <message>
            <source>found {name} on {place}</source>
            <translation>在 {place} 找到 {name}</translation>
        </message>
        <message>
            <source>free</source>
            <translation>免费</translation>
        </message>
        <message>
            <source>free tier, no credit bought yet</source>
            <translation>免费额度，尚未购买余额</translation>
        </message>
        <message>
            <source>friendlier</source>
            <translation>更友好</translation>
        </message>
        <message>
            <source>friendly</source>
            <translation>友好</translation>
        </message>
        <message>
            <source>friendly, formal, brief</source>
            <translation>友好, 正式, 简短</translation>
        </message>
        <message>
            <source>from the environment</source>
            <translation>来自环境变量</translation>
        </message>
        <message>
            <source>full price</source>
            <translation>全价</translation>
        </message>
        <message>
            <source>full price, one by one</source>
            <translation>全价，逐行提问</translation>
        </message>
        <message>
            <source>full price, through the service's batches</source>
            <translation>全价，通过服务的批处理</translation>
        </message>
        <message>
            <source>full price: row by row, now</source>
            <translation>全价：立即逐行提问</translation>
        </message>
        <message>
            <source>goes along</source>
            <translation>一并发送</translation>
        </message>
        <message>
            <source>half price</source>
            <translation>半价</translation>
        </message>
        <message>
            <source>half price, through the service's batches</source>
            <translation>半价，通过服务的批处理</translation>
        </message>
        <message>
            <source>has a closing bracket without its opening one</source>
            <translation>有右括号但缺少对应的左括号</translation>
        </message>
        <message>
            <source>has a range that ends before it begins</source>
            <translation>有一个终点早于起点的范围</translation>
        </message>
        <message>
            <source>has an opening bracket without its closing one</source>
            <translation>有左括号但缺少对应的右括号</translation>
        </message>
        <message>
            <source>has brackets inside brackets too often</source>
            <translation>括号嵌套层数过多</translation>
        </message>
        <message>
            <source>has {value}, which {problem}</source>
            <translation>含有 {value}，它{problem}</translation>
        </message>
        <message>
            <source>holds {value}, which is no public key in base64</source>
            <translation>含有 {value}，它不是 Base64 格式的公钥</translation>
        </message>
        <message>
            <source>holds {value}, which is not one of {values}</source>
            <translation>含有 {value}，它不属于 {values}</translation>
        </message>
        <message>
            <source>how the command line calls it</source>
            <translation>命令行中使用的名称</translation>
        </message>
        <message>
            <source>in the text</source>
            <translation>在文字中</translation>
        </message>
        <message>
            <source>in use</source>
            <translation>使用中</translation>
        </message>
        <message>
            <source>instructions</source>
            <translation>指令</translation>
        </message>
        <message>
            <source>into {language}</source>
            <translation>译为{language}</translation>
        </message>
        <message>
            <source>is not a key combination such as Ctrl+Shift+Space</source>
            <translation>不是 Ctrl+Shift+Space 这样的组合键</translation>
        </message>
        <message>
            <source>it always asks</source>
            <translation>它每次都询问</translation>
        </message>
        <message>
            <source>it did not answer within {seconds} seconds</source>
            <translation>它在 {seconds} 秒内没有响应</translation>
        </message>
        <message>
            <source>it does not speak HTTP properly, or sends too much</source>
            <translation>它没有正确使用 HTTP，或发送的内容太多</translation>
        </message>
        <message>
            <source>it had changed since it was allowed</source>
            <translation>自允许以来它发生了变化</translation>
        </message>
        <message>
            <source>it has no such name</source>
            <translation>不可能有这样的名称</translation>
        </message>
        <message>
            <source>it is larger than 10 MB</source>
            <translation>它大于 10 MB</translation>
        </message>
        <message>
            <source>it is larger than 50 MB</source>
            <translation>它大于 50 MB</translation>
        </message>
        <message>
            <source>it is nested too deeply</source>
            <translation>嵌套过深</translation>
        </message>
        <message>
            <source>it is not an object: {...}</source>
            <translation>它不是对象：{...}</translation>
        </message>
        <message>
            <source>it unpacks to far more than an export does</source>
            <translation>解压后远大于一般的导出文件</translation>
        </message>
        <message>
            <source>its arguments and variables are too long</source>
            <translation>其参数和变量太长</translation>
        </message>
        <message>
            <source>its certificate is not trusted on this computer</source>
            <translation>其证书在本机不受信任</translation>
        </message>
        <message>
            <source>its working folder {folder} is not a folder</source>
            <translation>其工作文件夹 {folder} 不是文件夹</translation>
        </message>
        <message>
            <source>its working folder {folder} is not there</source>
            <translation>其工作文件夹 {folder} 不存在</translation>
        </message>
        <message>
            <source>its working folder {folder} may not be entered</source>
            <translation>不允许进入其工作文件夹 {folder}</translation>
        </message>
        <message>
            <source>job</source>
            <translation>任务</translation>
        </message>
        <message>
            <source>just now</source>
            <translation>刚刚</translation>
        </message>
        <message>
            <source>key</source>
            <translation>密钥</translation>
        </message>
        <message>
            <source>keychain not open</source>
            <translation>钥匙串未打开</translation>
        </message>
        <message>
            <source>kireji batch list shows those there are.</source>
            <translation>kireji batch list 会列出现有任务。</translation>
        </message>
        <message>
            <source>kireji batch show tells where it stands.</source>
            <translation>kireji batch show 会显示其状态。</translation>
        </message>
        <message numerus="yes">
            <source>last {n} rows with the service since {time}</source>
            <extracomment>last row with the service since {time}</extracomment>
            <translation>
                <numerusform>最后 {n} 行自 {time} 起由服务处理</numerusform>
            </translation>
        </message>
        <message>
            <source>left out</source>
            <translation>略过</translation>
        </message>
        <message>
            <source>less than a second</source>
            <translation>不到一秒</translation>
        </message>
        <message>
            <source>level</source>
            <translation>级别</translation>
        </message>
        <message>
            <source>level right in {right} of {named}</source>
            <translation>级别正确：{named} 个中的 {right} 个</translation>
        </message>
        <message>
            <source>line {line}, column {column}</source>
            <translation>第 {line} 行，第 {column} 列</translation>
        </message>
        <message>
            <source>line {line}: {why}</source>
            <translation>第 {line} 行：{why}</translation>
        </message>
        <message>
            <source>list</source>
            <translation>列表</translation>
        </message>
        <message>
            <source>looking for duplicates</source>
            <translation>正在查找重复项</translation>
        </message>
        <message>
            <source>looking through pictures, {done} of {rows}</source>
            <translation>正在检查图片，{done}/{rows}</translation>
        </message>
        <message>
            <source>looking through rows, {done} of {rows}</source>
            <translation>正在检查各行，{done}/{rows}</translation>
        </message>
        <message>
            <source>looking…</source>
            <translation>正在寻找…</translation>
        </message>
        <message>
            <source>looks for nothing</source>
            <translation>不查找任何内容</translation>
        </message>
        <message>
            <source>macOS 15.0 and 15.1 refuse shortcuts with Option alone.</source>
            <translation>macOS 15.0 和 15.1 不接受只含 Option 的快捷键。</translation>
        </message>
        <message>
            <source>macOS did not press the keys for Copy.</source>
            <translation>macOS 没有按下复制键。</translation>
        </message>
        <message>
            <source>macOS does not let Kireji press keys in other programs.</source>
            <translation>macOS 不允许 Kireji 在其他程序中按键。</translation>
        </message>
        <message>
            <source>macOS does not let Kireji record the screen.</source>
            <translation>macOS 不允许 Kireji 录制屏幕。</translation>
        </message>
        <message>
            <source>macOS does not offer global shortcuts to this program.</source>
            <translation>macOS 不向此程序提供全局快捷键。</translation>
        </message>
        <message>
            <source>macOS does not tell this program of shortcuts.</source>
            <translation>macOS 不向此程序报告快捷键。</translation>
        </message>
        <message>
            <source>macOS has Kireji switched off at login.</source>
            <translation>macOS 已关闭 Kireji 的登录启动。</translation>
        </message>
        <message>
            <source>macOS will ask for leave to record the screen at the first capture.</source>
            <translation>首次截取时，macOS 会询问是否允许录制屏幕。</translation>
        </message>
        <message>
            <source>made</source>
            <translation>创建</translation>
        </message>
        <message>
            <source>made from</source>
            <translation>来源</translation>
        </message>
        <message>
            <source>mail address</source>
            <translation>电子邮件地址</translation>
        </message>
        <message>
            <source>max_tokens is {limit}; an answer needs at least 1.</source>
            <translation>max_tokens 为 {limit}；回答至少需要 1。</translation>
        </message>
        <message>
            <source>may change things and send data</source>
            <translation>可能更改内容并发送数据</translation>
        </message>
        <message>
            <source>may not be empty</source>
            <translation>不能为空</translation>
        </message>
        <message>
            <source>mcp: {name}</source>
            <translation>mcp：{name}</translation>
        </message>
        <message>
            <source>more formal</source>
            <translation>更正式</translation>
        </message>
        <message>
            <source>more than {most} GB came out of the archive</source>
            <translation>压缩包解出超过 {most} GB</translation>
        </message>
        <message>
            <source>must be 'system', 'none', or an address that begins with http:// or https://</source>
            <translation>必须是 'system'、'none' 或以 http:// 或 https:// 开头的地址</translation>
        </message>
        <message>
            <source>must be a list of texts in quotes</source>
            <translation>必须是带引号文字的列表</translation>
        </message>
        <message>
            <source>must be a number</source>
            <translation>必须是数字</translation>
        </message>
        <message>
            <source>must be a whole number</source>
            <translation>必须是整数</translation>
        </message>
        <message>
            <source>must be a whole path, such as ~/backups</source>
            <translation>必须是完整路径，例如 ~/backups</translation>
        </message>
        <message>
            <source>must be an address that begins with http:// or https://</source>
            <translation>必须是以 http:// 或 https:// 开头的地址</translation>
        </message>
        <message>
            <source>must be an address that begins with https://</source>
            <translation>必须是以 https:// 开头的地址</translation>
        </message>
        <message>
            <source>must be between {low} and {high}</source>
            <translation>必须在 {low} 和 {high} 之间</translation>
        </message>
        <message>
            <source>must be one of {values}</source>
            <translation>必须是以下之一：{values}</translation>
        </message>
        <message>
            <source>must be text in quotes</source>
            <translation>必须是带引号的文字</translation>
        </message>
        <message>
            <source>must be true or false</source>
            <translation>必须是 true 或 false</translation>
        </message>
        <message>
            <source>must have between 1 and {most} characters</source>
            <translation>必须有 1 到 {most} 个字符</translation>
        </message>
        <message>
            <source>name a file, a folder, or --last-captures N</source>
            <translation>请指定文件、文件夹或 --last-captures N</translation>
        </message>
        <message>
            <source>named in the file</source>
            <translation>由文件指定</translation>
        </message>
        <message>
            <source>nearly spent</source>
            <translation>即将用完</translation>
        </message>
        <message>
            <source>needs you</source>
            <translation>需要您处理</translation>
        </message>
        <message>
            <source>new answer</source>
            <translation>新回答</translation>
        </message>
        <message>
            <source>no</source>
            <translation>否</translation>
        </message>
        <message>
            <source>no address</source>
            <translation>没有地址</translation>
        </message>
        <message>
            <source>no folder, since PATH is empty</source>
            <translation>没有文件夹，因为 PATH 为空</translation>
        </message>
        <message>
            <source>no key</source>
            <translation>无密钥</translation>
        </message>
        <message>
            <source>no keys</source>
            <translation>无按键</translation>
        </message>
        <message>
            <source>no model</source>
            <translation>没有模型</translation>
        </message>
        <message>
            <source>no name</source>
            <translation>没有名称</translation>
        </message>
        <message>
            <source>no picture in it</source>
            <translation>没有图片</translation>
        </message>
        <message>
            <source>no secret</source>
            <translation>没有机密</translation>
        </message>
        <message>
            <source>no verdict</source>
            <translation>无判定</translation>
        </message>
        <message>
            <source>no verdict: {reason}</source>
            <translation>无判定：{reason}</translation>
        </message>
        <message>
            <source>nobody knows: the price is not known</source>
            <translation>未知：价格未知</translation>
        </message>
        <message>
            <source>none</source>
            <translation>无</translation>
        </message>
        <message>
            <source>none found</source>
            <translation>未找到</translation>
        </message>
        <message>
            <source>none yet</source>
            <translation>尚无</translation>
        </message>
        <message>
            <source>not asked yet</source>
            <translation>尚未检查</translation>
        </message>
        <message>
            <source>not available</source>
            <translation>不可用</translation>
        </message>
        <message>
            <source>not compared with the picture</source>
            <translation>没有与图片核对</translation>
        </message>
        <message>
            <source>not found in what was judged</source>
            <translation>在所判定的内容中未找到</translation>
        </message>
        <message>
            <source>not known</source>
            <translation>未知</translation>
        </message>
        <message>
            <source>not possible here</source>
            <translation>在此不可用</translation>
        </message>
        <message>
            <source>not reached</source>
            <translation>无法连接</translation>
        </message>
        <message>
            <source>not said</source>
            <translation>未注明</translation>
        </message>
        <message>
            <source>not saved</source>
            <translation>未保存</translation>
        </message>
        <message>
            <source>not sent</source>
            <translation>未发送</translation>
        </message>
        <message>
            <source>not started</source>
            <translation>未启动</translation>
        </message>
        <message>
            <source>not sure</source>
            <translation>不确定</translation>
        </message>
        <message>
            <source>not there any more</source>
            <translation>已不存在</translation>
        </message>
        <message>
            <source>nothing</source>
            <translation>无</translation>
        </message>
        <message>
            <source>nothing answers there</source>
            <translation>那里没有响应</translation>
        </message>
        <message>
            <source>nothing found</source>
            <translation>没有发现</translation>
        </message>
        <message>
            <source>nothing is done yet</source>
            <translation>尚无完成的行</translation>
        </message>
        <message>
            <source>nothing paid for this row</source>
            <translation>此行没有费用</translation>
        </message>
        <message>
            <source>nothing that it names</source>
            <translation>未注明</translation>
        </message>
        <message>
            <source>nothing was said about it yet</source>
            <translation>尚未对此作出决定</translation>
        </message>
        <message>
            <source>nothing: then it must be given</source>
            <translation>无：届时必须给出</translation>
        </message>
        <message>
            <source>now</source>
            <translation>现在</translation>
        </message>
        <message>
            <source>null</source>
            <translation>null</translation>
        </message>
        <message>
            <source>number</source>
            <translation>数字</translation>
        </message>
        <message>
            <source>off</source>
            <translation>关闭</translation>
        </message>
        <message>
            <source>off for {name}</source>
            <translation>对 {name} 关闭</translation>
        </message>
        <message>
            <source>on</source>
            <translation>已打开</translation>
        </message>
        <message>
            <source>on its way</source>
            <translation>进行中</translation>
        </message>
        <message>
            <source>on picture {number}</source>
            <translation>在图片 {number} 上</translation>
        </message>
        <message>
            <source>on picture {number}, place unknown</source>
            <translation>在图片 {number} 上，位置未知</translation>
        </message>
        <message>
            <source>one call with exactly these arguments</source>
            <translation>参数完全相同的一次调用</translation>
        </message>
        <message>
            <source>one conversation</source>
            <translation>一个对话</translation>
        </message>
        <message>
            <source>one file or folder makes a job; several files only where all are pictures</source>
            <translation>一个文件或文件夹构成一个任务；多个文件仅限全部为图片时</translation>
        </message>
        <message>
            <source>only guessing</source>
            <translation>只是猜测</translation>
        </message>
        <message>
            <source>open</source>
            <translation>已展开</translation>
        </message>
        <message>
            <source>own word</source>
            <translation>自定义词</translation>
        </message>
        <message>
            <source>pages of {host}</source>
            <translation>{host} 的网页</translation>
        </message>
        <message>
            <source>password</source>
            <translation>密码</translation>
        </message>
        <message>
            <source>pasted picture</source>
            <translation>粘贴的图片</translation>
        </message>
        <message>
            <source>paused</source>
            <translation>已暂停</translation>
        </message>
        <message>
            <source>paused: nothing new is sent</source>
            <translation>已暂停：不再发送新内容</translation>
        </message>
        <message>
            <source>person number</source>
            <translation>个人证件号</translation>
        </message>
        <message>
            <source>picture</source>
            <translation>图片</translation>
        </message>
        <message>
            <source>picture {number}</source>
            <translation>图片 {number}</translation>
        </message>
        <message>
            <source>pictures</source>
            <translation>图片</translation>
        </message>
        <message>
            <source>pinned</source>
            <translation>已置顶</translation>
        </message>
        <message>
            <source>place unknown</source>
            <translation>位置未知</translation>
        </message>
        <message>
            <source>plugin {name}</source>
            <translation>插件 {name}</translation>
        </message>
        <message>
            <source>policy: {policy}</source>
            <translation>策略：{policy}</translation>
        </message>
        <message>
            <source>port {port}</source>
            <translation>端口 {port}</translation>
        </message>
        <message>
            <source>price</source>
            <translation>价格</translation>
        </message>
        <message>
            <source>private key</source>
            <translation>私钥</translation>
        </message>
        <message>
            <source>read-only</source>
            <translation>只读</translation>
        </message>
        <message>
            <source>reading</source>
            <translation>正在读取</translation>
        </message>
        <message>
            <source>reading the rows…</source>
            <translation>正在读取各行…</translation>
        </message>
        <message>
            <source>reading verdicts: {rows}</source>
            <translation>正在读取判定：{rows}</translation>
        </message>
        <message>
            <source>reading {name}</source>
            <translation>正在读取 {name}</translation>
        </message>
        <message>
            <source>reads documents</source>
            <translation>能读文档</translation>
        </message>
        <message>
            <source>ready</source>
            <translation>就绪</translation>
        </message>
        <message>
            <source>ready · reads text only</source>
            <translation>就绪 · 只读文字</translation>
        </message>
        <message>
            <source>refused</source>
            <translation>被拒绝</translation>
        </message>
        <message>
            <source>repeats nothing with {sign}</source>
            <translation>{sign} 前面没有可重复的内容</translation>
        </message>
        <message>
            <source>repeats too much; at most {most} characters can be counted</source>
            <translation>重复过多；最多可计 {most} 个字符</translation>
        </message>
        <message>
            <source>retired</source>
            <translation>已停用</translation>
        </message>
        <message>
            <source>rows</source>
            <translation>行</translation>
        </message>
        <message>
            <source>running</source>
            <translation>正在运行</translation>
        </message>
        <message>
            <source>saved</source>
            <translation>已保存</translation>
        </message>
        <message>
            <source>say --yes, for the answers are deleted with the job</source>
            <translation>请使用 --yes，因为回答会随任务一起删除</translation>
        </message>
        <message>
            <source>seen working</source>
            <translation>已确认可用</translation>
        </message>
        <message>
            <source>sees pictures</source>
            <translation>能看图片</translation>
        </message>
        <message>
            <source>sending the rows…</source>
            <translation>正在发送各行…</translation>
        </message>
        <message>
            <source>sends data</source>
            <translation>会发送数据</translation>
        </message>
        <message numerus="yes">
            <source>sent {n} times</source>
            <extracomment>sent once</extracomment>
            <translation>
                <numerusform>发送了 {n} 次</numerusform>
            </translation>
        </message>
        <message>
            <source>sent, no answer yet</source>
            <translation>已发送，尚无答复</translation>
        </message>
        <message>
            <source>server {name}</source>
            <translation>服务器 {name}</translation>
        </message>
        <message>
            <source>servers of tools</source>
            <translation>工具服务器</translation>
        </message>
        <message>
            <source>shorter</source>
            <translation>更简短</translation>
        </message>
        <message>
            <source>signal {number}</source>
            <translation>信号 {number}</translation>
        </message>
        <message>
            <source>since {when}</source>
            <translation>自 {when} 起</translation>
        </message>
        <message>
            <source>sk-ant-…, ghp_…, AKIA…</source>
            <translation>sk-ant-…、ghp_…、AKIA…</translation>
        </message>
        <message>
            <source>started</source>
            <translation>开始</translation>
        </message>
        <message>
            <source>starting…</source>
            <translation>正在启动…</translation>
        </message>
        <message>
            <source>state</source>
            <translation>状态</translation>
        </message>
        <message>
            <source>stopped</source>
            <translation>已停止</translation>
        </message>
        <message>
            <source>stopped before you answered</source>
            <translation>在您回答之前已停止</translation>
        </message>
        <message>
            <source>stored, not tested yet</source>
            <translation>已保存，尚未测试</translation>
        </message>
        <message>
            <source>switched off</source>
            <translation>已关闭</translation>
        </message>
        <message>
            <source>tables taken out</source>
            <translation>已提取表格</translation>
        </message>
        <message>
            <source>taken by another program</source>
            <translation>被其他程序占用</translation>
        </message>
        <message>
            <source>taken from an earlier job, not asked again</source>
            <translation>取自之前的任务，没有重新提问</translation>
        </message>
        <message>
            <source>telephone number</source>
            <translation>电话号码</translation>
        </message>
        <message>
            <source>tested {when}</source>
            <translation>{when}测试</translation>
        </message>
        <message>
            <source>testing…</source>
            <translation>正在测试…</translation>
        </message>
        <message>
            <source>text</source>
            <translation>文字</translation>
        </message>
        <message>
            <source>that is a folder</source>
            <translation>那是文件夹</translation>
        </message>
        <message>
            <source>the address that jobs tell</source>
            <translation>任务通知的地址</translation>
        </message>
        <message numerus="yes">
            <source>the answers of {n} jobs</source>
            <extracomment>the answers of 1 job</extracomment>
            <translation>
                <numerusform>{n} 个任务的回答</numerusform>
            </translation>
        </message>
        <message>
            <source>the archive is damaged ({why})</source>
            <translation>压缩包已损坏（{why}）</translation>
        </message>
        <message>
            <source>the clipboard</source>
            <translation>剪贴板</translation>
        </message>
        <message>
            <source>the connection was lost</source>
            <translation>连接已断开</translation>
        </message>
        <message>
            <source>the conversation “{title}”</source>
            <translation>对话“{title}”</translation>
        </message>
        <message>
            <source>the file is not a program that this computer can run</source>
            <translation>该文件不是本机可以运行的程序</translation>
        </message>
        <message>
            <source>the file is not executable</source>
            <translation>该文件不可执行</translation>
        </message>
        <message>
            <source>the local server</source>
            <translation>本地服务器</translation>
        </message>
        <message>
            <source>the model declined to judge</source>
            <translation>模型拒绝判定</translation>
        </message>
        <message>
            <source>the model declined to judge: {action}</source>
            <translation>模型拒绝判定：{action}</translation>
        </message>
        <message>
            <source>the model server at {host}</source>
            <translation>位于 {host} 的模型服务器</translation>
        </message>
        <message>
            <source>the newest version</source>
            <translation>最新版本</translation>
        </message>
        <message>
            <source>the object</source>
            <translation>该对象</translation>
        </message>
        <message>
            <source>the permission had ended</source>
            <translation>许可已到期</translation>
        </message>
        <message>
            <source>the program named in its first line is not there</source>
            <translation>其第一行指定的程序不存在</translation>
        </message>
        <message>
            <source>the proxy refused or was not reached</source>
            <translation>代理拒绝或无法连接</translation>
        </message>
        <message>
            <source>the same as row {number}, asked once</source>
            <translation>与第 {number} 行相同，只提问一次</translation>
        </message>
        <message>
            <source>the setting network.ca_file</source>
            <translation>设置 network.ca_file</translation>
        </message>
        <message>
            <source>the variable</source>
            <translation>该变量</translation>
        </message>
        <message>
            <source>the web</source>
            <translation>网络</translation>
        </message>
        <message>
            <source>the whole question {price}</source>
            <translation>整个问题 {price}</translation>
        </message>
        <message>
            <source>there is no such file</source>
            <translation>没有这个文件</translation>
        </message>
        <message>
            <source>these are more than {most} rows</source>
            <translation>行数超过 {most}</translation>
        </message>
        <message>
            <source>this computer has no room for another program</source>
            <translation>本机没有余量再运行一个程序</translation>
        </message>
        <message>
            <source>this model</source>
            <translation>此模型</translation>
        </message>
        <message>
            <source>time</source>
            <translation>时间</translation>
        </message>
        <message>
            <source>to be seen on picture {number}</source>
            <translation>可见于图片 {number}</translation>
        </message>
        <message>
            <source>today</source>
            <translation>今天</translation>
        </message>
        <message>
            <source>today {time}</source>
            <translation>今天 {time}</translation>
        </message>
        <message>
            <source>tokens</source>
            <translation>token</translation>
        </message>
        <message>
            <source>tomorrow {time}</source>
            <translation>明天 {time}</translation>
        </message>
        <message>
            <source>tone</source>
            <translation>tone</translation>
        </message>
        <message>
            <source>too late</source>
            <translation>超时</translation>
        </message>
        <message>
            <source>tools</source>
            <translation>工具</translation>
        </message>
        <message>
            <source>tried {when}</source>
            <translation>{when}尝试</translation>
        </message>
        <message>
            <source>true or false</source>
            <translation>真或假</translation>
        </message>
        <message>
            <source>uncertain</source>
            <translation>不确定</translation>
        </message>
        <message>
            <source>under {amount}</source>
            <translation>低于 {amount}</translation>
        </message>
        <message>
            <source>unknown reason</source>
            <translation>原因未知</translation>
        </message>
        <message>
            <source>until {when}</source>
            <translation>到 {when} 为止</translation>
        </message>
        <message>
            <source>used {used}, no limit</source>
            <translation>已用 {used}，无上限</translation>
        </message>
        <message>
            <source>uses (?…), which is not offered here; only (?:…) is</source>
            <translation>使用了此处不支持的 (?…)；仅支持 (?:…)</translation>
        </message>
        <message>
            <source>uses {sign}, which is not offered here</source>
            <translation>使用了此处不支持的 {sign}</translation>
        </message>
        <message>
            <source>usually within {usual}, at most {most}</source>
            <translation>通常在 {usual}内，最多 {most}</translation>
        </message>
        <message>
            <source>usually {usual}, at most {most}</source>
            <translation>通常 {usual}，最多 {most}</translation>
        </message>
        <message>
            <source>very sure</source>
            <translation>非常确定</translation>
        </message>
        <message>
            <source>void: it has changed since</source>
            <translation>已失效：此后发生了变化</translation>
        </message>
        <message>
            <source>waits</source>
            <translation>等待</translation>
        </message>
        <message>
            <source>waits for you</source>
            <translation>等待您</translation>
        </message>
        <message>
            <source>waits to be sent</source>
            <translation>等待发送</translation>
        </message>
        <message>
            <source>what is to be seen, not words</source>
            <translation>可见的画面，不是文字</translation>
        </message>
        <message>
            <source>whole number</source>
            <translation>整数</translation>
        </message>
        <message>
            <source>why</source>
            <translation>原因</translation>
        </message>
        <message>
            <source>with its mistakes corrected</source>
            <translation>改正其中的错误</translation>
        </message>
        <message>
            <source>with the service</source>
            <translation>服务处理中</translation>
        </message>
        <message>
            <source>with the service since {time}</source>
            <translation>自 {time} 起由服务处理</translation>
        </message>
        <message>
            <source>with the service since {time}, at most {hours} h</source>
            <translation>自 {time} 起由服务处理，最多 {hours} 小时</translation>
        </message>
        <message>
            <source>within budget</source>
            <translation>在预算内</translation>
        </message>
        <message>
            <source>within {name}</source>
            <translation>包含于 {name}</translation>
        </message>
        <message>
            <source>without a reason</source>
            <translation>没有原因</translation>
        </message>
        <message>
            <source>words</source>
            <translation>文字</translation>
        </message>
        <message>
            <source>words from outside stood in the conversation</source>
            <translation>对话中有外来文字</translation>
        </message>
        <message>
            <source>works</source>
            <translation>可用</translation>
        </message>
        <message>
            <source>writing</source>
            <translation>正在写入</translation>
        </message>
        <message>
            <source>yes</source>
            <translation>是</translation>
        </message>
        <message>
            <source>yes or no</source>
            <translation>是或否</translation>
        </message>
        <message>
            <source>yesterday {time}</source>
            <translation>昨天 {time}</translation>
        </message>
        <message>
            <source>your screen</source>
            <translation>您的屏幕</translation>
        </message>
        <message>
            <source>yours</source>
            <translation>您的</translation>
        </message>
        <message>
            <source>{action}: nothing was found</source>
            <translation>{action}：没有发现</translation>
        </message>
        <message>
            <source>{action}: the model declined to judge</source>
            <translation>{action}：模型拒绝判定</translation>
        </message>
        <message>
            <source>{action}: {findings}</source>
            <translation>{action}：{findings}</translation>
        </message>
        <message>
            <source>{address_hint}, and the model.</source>
            <translation>{address_hint}，以及模型。</translation>
        </message>
        <message>
            <source>{address_hint}, and the proxy settings.</source>
            <translation>{address_hint}，以及代理设置。</translation>
        </message>
        <message>
            <source>{address_hint}: a service without encryption begins with http://.</source>
            <translation>{address_hint}：未加密的服务以 http:// 开头。</translation>
        </message>
        <message>
            <source>{address_hint}; a network's login page may be in the way too.</source>
            <translation>{address_hint}；也可能有网络登录页面拦截。</translation>
        </message>
        <message>
            <source>{address_hint}; it begins with https:// or http://.</source>
            <translation>{address_hint}；应以 https:// 或 http:// 开头。</translation>
        </message>
        <message>
            <source>{address}
in your own network</source>
            <translation>{address}
在您自己的网络中</translation>
        </message>
        <message>
            <source>{address} answered with status {status}.</source>
            <translation>{address} 返回了状态 {status}。</translation>
        </message>
        <message>
            <source>{address} holds no words that could be read.</source>
            <translation>{address} 中没有可读取的文字。</translation>
        </message>
        <message>
            <source>{address} leads from one place to the next.</source>
            <translation>{address} 不断跳转到其他地址。</translation>
        </message>
        <message>
            <source>{all}: {parts}</source>
            <translation>{all}：{parts}</translation>
        </message>
        <message>
            <source>{amount} per million</source>
            <translation>每百万 {amount}</translation>
        </message>
        <message>
            <source>{before} and {after}</source>
            <translation>{before} 与 {after}</translation>
        </message>
        <message>
            <source>{before} → {after}</source>
            <translation>{before} → {after}</translation>
        </message>
        <message>
            <source>{behind}, to whom {name} passed the question, has a fault at the moment.</source>
            <translation>{name} 将问题转给的 {behind} 目前出现故障。</translation>
        </message>
        <message>
            <source>{categories} ({level})</source>
            <translation>{categories}（{level}）</translation>
        </message>
        <message>
            <source>{category} has the same definition as {other}.</source>
            <translation>{category} 的定义与 {other} 相同。</translation>
        </message>
        <message>
            <source>{category}, {level}</source>
            <translation>{category}，{level}</translation>
        </message>
        <message>
            <source>{category}, {level}: {action} ({confidence} % sure)</source>
            <translation>{category}，{level}：{action}（把握 {confidence} %）</translation>
        </message>
        <message>
            <source>{chords} and {last} are already used by other programs. Choose others in Settings.</source>
            <translation>{chords} 和 {last} 已被其他程序占用。请在设置中选择其他按键。</translation>
        </message>
        <message>
            <source>{chord} is already used for “{title}”. Choose other keys.</source>
            <translation>{chord} 已用于“{title}”。请选择其他按键。</translation>
        </message>
        <message>
            <source>{colour}, {width} pixels wide</source>
            <translation>{colour}，宽 {width} 像素</translation>
        </message>
        <message>
            <source>{column}, row {row}</source>
            <translation>{column}，第 {row} 行</translation>
        </message>
        <message>
            <source>{command}
in the folder {folder}</source>
            <translation>{command}
在文件夹 {folder} 中</translation>
        </message>
        <message>
            <source>{command}: {job}</source>
            <translation>{command}：{job}</translation>
        </message>
        <message>
            <source>{context} context</source>
            <translation>{context} 上下文</translation>
        </message>
        <message>
            <source>{conversations} and {messages} would be added. Nothing that is there is changed, and a copy of the history as it is now is made first.</source>
            <translation>将添加 {conversations}和 {messages}。已有内容不会更改，并会先备份当前的历史记录。</translation>
        </message>
        <message>
            <source>{conversations} had nothing new.</source>
            <translation>{conversations}没有新内容。</translation>
        </message>
        <message>
            <source>{cost} expected, {most} at most</source>
            <translation>预计 {cost}，最多 {most}</translation>
        </message>
        <message>
            <source>{cost} per million</source>
            <translation>每百万 {cost}</translation>
        </message>
        <message>
            <source>{count} answered</source>
            <translation>{count} 行已回答</translation>
        </message>
        <message>
            <source>{count} bad</source>
            <translation>{count} 行无效</translation>
        </message>
        <message>
            <source>{count} bad lines left out</source>
            <translation>略过 {count} 个无效行</translation>
        </message>
        <message>
            <source>{count} called back</source>
            <translation>{count} 行已撤回</translation>
        </message>
        <message>
            <source>{count} characters</source>
            <translation type="vanished">{count} 个字符</translation>
        </message>
        <message>
            <source>{count} duplicates merged</source>
            <translation>合并 {count} 个重复项</translation>
        </message>
        <message>
            <source>{count} expired</source>
            <translation>{count} 行超时</translation>
        </message>
        <message>
            <source>{count} failed</source>
            <translation>{count} 行失败</translation>
        </message>
        <message>
            <source>{count} hours</source>
            <translation>{count} 小时</translation>
        </message>
        <message>
            <source>{count} jobs</source>
            <translation>{count} 个任务</translation>
        </message>
        <message>
            <source>{count} lines cannot be asked, so nothing was added.</source>
            <translation>{count} 行无法提问，因此没有添加任何内容。</translation>
        </message>
        <message>
            <source>{count} minutes</source>
            <translation>{count} 分钟</translation>
        </message>
        <message>
            <source>{count} more conversations could not be read.</source>
            <translation>另有 {count} 个对话无法读取。</translation>
        </message>
        <message>
            <source>{count} more regions differ.</source>
            <translation>还有 {count} 个区域不同。</translation>
        </message>
        <message>
            <source>{count} more tables are not shown here.</source>
            <translation>还有 {count} 个表格没有在此显示。</translation>
        </message>
        <message>
            <source>{count} pictures</source>
            <translation>{count} 张图片</translation>
        </message>
        <message>
            <source>{count} reused</source>
            <translation>{count} 行复用</translation>
        </message>
        <message>
            <source>{count} rows</source>
            <translation>{count} 行</translation>
        </message>
        <message>
            <source>{count} rows gave nothing and are left out; see kireji batch results ID --failed.</source>
            <translation>{count} 行没有结果，已略过；见 kireji batch results ID --failed。</translation>
        </message>
        <message>
            <source>{count} rows have not ended yet and are left out.</source>
            <translation>{count} 行尚未结束，已略过。</translation>
        </message>
        <message>
            <source>{count} seconds</source>
            <translation>{count} 秒</translation>
        </message>
        <message>
            <source>{count} uncertain</source>
            <translation>{count} 行不确定</translation>
        </message>
        <message>
            <source>{count} under way</source>
            <translation>{count} 行进行中</translation>
        </message>
        <message>
            <source>{count} wait</source>
            <translation>{count} 行等待</translation>
        </message>
        <message>
            <source>{count} with the service since {time}</source>
            <translation>{count} 行自 {time} 起由服务处理</translation>
        </message>
        <message>
            <source>{day}: {amount}</source>
            <translation>{day}：{amount}</translation>
        </message>
        <message>
            <source>{decided} of {all} decided; {waiting} wait for a person.</source>
            <translation>已决定 {decided} / {all}；{waiting} 个等待人来决定。</translation>
        </message>
        <message>
            <source>{display} takes at most {max_stops} texts at which an answer ends.</source>
            <translation>{display} 最多接受 {max_stops} 个终止文本。</translation>
        </message>
        <message>
            <source>{done} conversations read</source>
            <translation>已读取 {done} 个对话</translation>
        </message>
        <message>
            <source>{done} of {all} MB</source>
            <translation>{done} / {all} MB</translation>
        </message>
        <message>
            <source>{done} of {items} judged</source>
            <translation>已判定 {done} / {items}</translation>
        </message>
        <message>
            <source>{done} of {total} conversations</source>
            <translation>{done} / {total} 个对话</translation>
        </message>
        <message>
            <source>{done} of {total} decided</source>
            <translation>已决定 {done} / {total}</translation>
        </message>
        <message>
            <source>{done} of {total} rows</source>
            <translation>{done} / {total} 行</translation>
        </message>
        <message>
            <source>{ended} of {all} ended</source>
            <translation>{all} 个中 {ended} 个已结束</translation>
        </message>
        <message>
            <source>{ended} of {all} rows</source>
            <translation>{ended} / {all} 行</translation>
        </message>
        <message>
            <source>{file}, after conversation {number}</source>
            <translation>{file}，对话 {number} 之后</translation>
        </message>
        <message>
            <source>{file}, conversation {number}</source>
            <translation>{file}，对话 {number}</translation>
        </message>
        <message>
            <source>{file}, line {line}: {reason}</source>
            <translation>{file}，第 {line} 行：{reason}</translation>
        </message>
        <message>
            <source>{file}: {reason}</source>
            <translation>{file}：{reason}</translation>
        </message>
        <message>
            <source>{first} · {second}</source>
            <translation>{first} · {second}</translation>
        </message>
        <message>
            <source>{folder} is a folder that Kireji exports and deletes.</source>
            <translation>{folder} 是 Kireji 会导出和删除的文件夹。</translation>
        </message>
        <message>
            <source>{form}: {words}</source>
            <translation>{form}：{words}</translation>
        </message>
        <message>
            <source>{found}: {action}</source>
            <translation>{found}：{action}</translation>
        </message>
        <message numerus="yes">
            <source>{going} of {n} files</source>
            <extracomment>{going} of 1 file</extracomment>
            <translation>
                <numerusform>{n} 个文件中的 {going} 个</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{going} of {n} pages</source>
            <extracomment>{going} of 1 page</extracomment>
            <translation>
                <numerusform>{n} 页中的 {going} 页</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{going} of {n} turns</source>
            <extracomment>{going} of 1 turn</extracomment>
            <translation>
                <numerusform>{n} 轮中的 {going} 轮</numerusform>
            </translation>
        </message>
        <message>
            <source>{graver} is the graver level and has the milder action: {action}, after {before} for {milder}.</source>
            <translation>{graver} 是更严重的级别，却采取更温和的动作：{action}，而 {milder} 的动作是 {before}。</translation>
        </message>
        <message>
            <source>{host} answered with something that is not an answer (HTTP {status}).</source>
            <translation>{host} 返回的不是回答 (HTTP {status})。</translation>
        </message>
        <message>
            <source>{host} answered {status}.</source>
            <translation>{host} 返回 {status}。</translation>
        </message>
        <message>
            <source>{host} answers with status {status} instead of the protocol.</source>
            <translation>{host} 返回状态 {status}，而不是按协议响应。</translation>
        </message>
        <message>
            <source>{host} answers.</source>
            <translation>{host} 有响应。</translation>
        </message>
        <message>
            <source>{host} cannot be used: {reason}.</source>
            <translation>无法使用 {host}：{reason}。</translation>
        </message>
        <message>
            <source>{host} did not answer within {seconds} seconds.</source>
            <translation>{host} 在 {seconds} 秒内没有响应。</translation>
        </message>
        <message>
            <source>{host} does not answer as a web service.</source>
            <translation>{host} 的响应不像网络服务。</translation>
        </message>
        <message>
            <source>{host} does not answer as the protocol wants.</source>
            <translation>{host} 没有按协议的要求响应。</translation>
        </message>
        <message>
            <source>{host} does not list its models as a model server does.</source>
            <translation>{host} 没有像模型服务器那样列出模型。</translation>
        </message>
        <message>
            <source>{host} does not take messages at this address.</source>
            <translation>{host} 不在此地址接收消息。</translation>
        </message>
        <message>
            <source>{host} gave an empty answer; the model may still be starting.</source>
            <translation>{host} 返回了空回答；模型可能仍在启动。</translation>
        </message>
        <message>
            <source>{host} has no list of versions at this address.</source>
            <translation>{host} 在此地址没有版本列表。</translation>
        </message>
        <message>
            <source>{host} is in the list already.</source>
            <translation>{host} 已在列表中。</translation>
        </message>
        <message>
            <source>{host} is not an address that can be reached.</source>
            <translation>{host} 不是可以连接的地址。</translation>
        </message>
        <message>
            <source>{host} leads into the local network.</source>
            <translation>{host} 指向本地网络。</translation>
        </message>
        <message>
            <source>{host} refused the request (HTTP {status})</source>
            <translation>{host} 拒绝了请求 (HTTP {status})</translation>
        </message>
        <message>
            <source>{host} refuses (status {status}).</source>
            <translation>{host} 拒绝（状态 {status}）。</translation>
        </message>
        <message>
            <source>{host} sent far more than was asked for.</source>
            <translation>{host} 发来的内容远超所请求的。</translation>
        </message>
        <message>
            <source>{host} sent something that is not a batch.</source>
            <translation>{host} 发来的内容不是批次。</translation>
        </message>
        <message>
            <source>{host} sent something that is not a count of tokens.</source>
            <translation>{host} 发来的不是 token 数。</translation>
        </message>
        <message>
            <source>{host} sent something that is not a list of models.</source>
            <translation>{host} 发来的不是模型列表。</translation>
        </message>
        <message>
            <source>{host} sent something that is not part of an answer.</source>
            <translation>{host} 发来的内容不属于回答。</translation>
        </message>
        <message>
            <source>{host} sent something that is not {what}.</source>
            <translation>{host} 发来的不是{what}。</translation>
        </message>
        <message>
            <source>{host} sent the answer in one piece instead of as a stream.</source>
            <translation>{host} 一次性返回了整个回答，而不是流式发送。</translation>
        </message>
        <message>
            <source>{hours} h ago</source>
            <translation>{hours} 小时前</translation>
        </message>
        <message>
            <source>{hours}h</source>
            <translation>{hours} 时</translation>
        </message>
        <message>
            <source>{id} · labelled {expected} · given {given}</source>
            <translation>{id} · 标注 {expected} · 判定 {given}</translation>
        </message>
        <message>
            <source>{images} → {columns}</source>
            <translation>{images} → {columns}</translation>
        </message>
        <message>
            <source>{job} has ended: {answered} answered</source>
            <translation>{job}已结束：{answered} 行已回答</translation>
        </message>
        <message>
            <source>{job} has not ended: kireji batch show {id}</source>
            <translation>{job}尚未结束：kireji batch show {id}</translation>
        </message>
        <message>
            <source>{job} is cancelled already.</source>
            <translation>{job}已经取消。</translation>
        </message>
        <message>
            <source>{job} is paused already.</source>
            <translation>{job}已经暂停。</translation>
        </message>
        <message>
            <source>{job} is paused.</source>
            <translation>{job}已暂停。</translation>
        </message>
        <message>
            <source>{job} is paused: nothing new is sent.</source>
            <translation>{job}已暂停：不再发送新内容。</translation>
        </message>
        <message>
            <source>{job} is removed.</source>
            <translation>{job}已移除。</translation>
        </message>
        <message>
            <source>{job} is still being read.</source>
            <translation>{job}仍在读取。</translation>
        </message>
        <message>
            <source>{job} runs while the app does, or with: kireji batch run {id}</source>
            <translation>{job}在程序运行时执行，或使用：kireji batch run {id}</translation>
        </message>
        <message>
            <source>{job} waits, and nothing was sent: kireji batch run {id}</source>
            <translation>{job}正在等待，没有发送任何内容：kireji batch run {id}</translation>
        </message>
        <message>
            <source>{job} waits: kireji batch run {id}</source>
            <translation>{job}正在等待：kireji batch run {id}</translation>
        </message>
        <message>
            <source>{job} was cancelled.</source>
            <translation>{job}已取消。</translation>
        </message>
        <message>
            <source>{job} was cancelled: {answered} answered</source>
            <translation>{job}已取消：{answered} 行已回答</translation>
        </message>
        <message>
            <source>{job} was not paused.</source>
            <translation>{job}没有暂停。</translation>
        </message>
        <message>
            <source>{job} was not started yet.</source>
            <translation>{job}尚未开始。</translation>
        </message>
        <message>
            <source>{job}: {sentence}</source>
            <translation>{job}：{sentence}</translation>
        </message>
        <message>
            <source>{key} has more than {count} entries.</source>
            <translation>{key} 的条目超过 {count} 个。</translation>
        </message>
        <message>
            <source>{key} holds control characters.</source>
            <translation>{key} 含有控制字符。</translation>
        </message>
        <message>
            <source>{key} is empty.</source>
            <translation>{key} 为空。</translation>
        </message>
        <message>
            <source>{key} is longer than {count} letters.</source>
            <translation>{key} 超过 {count} 个字符。</translation>
        </message>
        <message>
            <source>{key} is missing.</source>
            <translation>缺少 {key}。</translation>
        </message>
        <message>
            <source>{key} is missing; it is a whole number, such as {key} = 1.</source>
            <translation>缺少 {key}；它是整数，例如 {key} = 1。</translation>
        </message>
        <message>
            <source>{key} is missing; it is allow, review or block.</source>
            <translation>缺少 {key}；它是 allow、review 或 block。</translation>
        </message>
        <message>
            <source>{key} is not an object: {{...}}</source>
            <translation>{key} 不是对象：{{...}}</translation>
        </message>
        <message>
            <source>{key} means nothing here.</source>
            <translation>{key} 在此没有意义。</translation>
        </message>
        <message>
            <source>{key} means nothing here; did you mean {other}?</source>
            <translation>{key} 在此没有意义；您是否指 {other}？</translation>
        </message>
        <message>
            <source>{key} must be a list of texts, such as ["one", "two"].</source>
            <translation>{key} 必须是文字列表，例如 ["one", "two"]。</translation>
        </message>
        <message>
            <source>{key} must be a list of texts.</source>
            <translation>{key} 必须是文字列表。</translation>
        </message>
        <message>
            <source>{key} must be a number from 0 to 1.</source>
            <translation>{key} 必须是 0 到 1 的数字。</translation>
        </message>
        <message>
            <source>{key} must be a text in quotes, not {value}.</source>
            <translation>{key} 必须是带引号的文字，而不是 {value}。</translation>
        </message>
        <message>
            <source>{key} must be a text in quotes.</source>
            <translation>{key} 必须是带引号的文字。</translation>
        </message>
        <message>
            <source>{key} must be a text.</source>
            <translation>{key} 必须是文字。</translation>
        </message>
        <message>
            <source>{key} must be a whole number from {least} on.</source>
            <translation>{key} 必须是不小于 {least} 的整数。</translation>
        </message>
        <message>
            <source>{key} must be allow, review or block, not {value}.</source>
            <translation>{key} 必须是 allow、review 或 block，而不是 {value}。</translation>
        </message>
        <message>
            <source>{key} must be an object of texts: {{...}}.</source>
            <translation>{key} 必须是由文字组成的对象：{{...}}。</translation>
        </message>
        <message>
            <source>{kind} – Space to hide it</source>
            <translation>{kind} – 按空格隐藏</translation>
        </message>
        <message>
            <source>{kind} – Space to send it</source>
            <translation>{kind} – 按空格发送</translation>
        </message>
        <message>
            <source>{kind} – click to hide it</source>
            <translation>{kind} – 单击隐藏</translation>
        </message>
        <message>
            <source>{kind} – click to send it</source>
            <translation>{kind} – 单击发送</translation>
        </message>
        <message>
            <source>{kind}, hidden. Press to send it</source>
            <translation>{kind}，已隐藏。按下即可发送</translation>
        </message>
        <message>
            <source>{kind}, will be sent. Press to hide it</source>
            <translation>{kind}，将会发送。按下即可隐藏</translation>
        </message>
        <message>
            <source>{kind}: {reason}</source>
            <translation>{kind}：{reason}</translation>
        </message>
        <message>
            <source>{left} left of {limit}</source>
            <translation>剩余 {left}，共 {limit}</translation>
        </message>
        <message>
            <source>{level} ({action}): {definition}</source>
            <translation>{level}（{action}）：{definition}</translation>
        </message>
        <message>
            <source>{level} has the same definition as a level before it.</source>
            <translation>{level} 的定义与之前的一个级别相同。</translation>
        </message>
        <message>
            <source>{line} (now version {now})</source>
            <translation>{line}（现在为版本 {now}）</translation>
        </message>
        <message>
            <source>{minutes} min ago</source>
            <translation>{minutes} 分钟前</translation>
        </message>
        <message>
            <source>{minutes} min {seconds} s</source>
            <translation>{minutes} 分 {seconds} 秒</translation>
        </message>
        <message>
            <source>{minutes}m</source>
            <translation>{minutes} 分</translation>
        </message>
        <message>
            <source>{model} cannot be made to use a tool.</source>
            <translation>无法让 {model} 使用工具。</translation>
        </message>
        <message>
            <source>{model} is not in the list of {provider}'s models, and its rows may all fail. Name another with --model; kireji models shows the list.</source>
            <translation>{model} 不在 {provider} 的模型列表中，各行可能全部失败。请用 --model 指定其他模型；kireji models 会显示列表。</translation>
        </message>
        <message>
            <source>{model} on this computer answers. A key can be added later, in the settings.</source>
            <translation>由本机的 {model} 回答。以后可以在设置中添加密钥。</translation>
        </message>
        <message>
            <source>{model} uses no tools. Choose another model for that.</source>
            <translation>{model} 不使用工具。请为此选择其他模型。</translation>
        </message>
        <message>
            <source>{model} · {provider}</source>
            <translation>{model} · {provider}</translation>
        </message>
        <message>
            <source>{most} regions are the most for one question. Remove one first.</source>
            <translation>一个问题最多 {most} 个区域。请先移除一个。</translation>
        </message>
        <message>
            <source>{named} expired on {not_after}.</source>
            <translation>{named}已于 {not_after} 过期。</translation>
        </message>
        <message>
            <source>{named} is made out to {names}, not to this address.</source>
            <translation>{named}颁发给 {names}，而不是此地址。</translation>
        </message>
        <message>
            <source>{named} is not trusted: {reason_text}.</source>
            <translation>{named}不受信任：{reason_text}。</translation>
        </message>
        <message>
            <source>{named} is not valid before {not_before}.</source>
            <translation>{named}在 {not_before} 之前无效。</translation>
        </message>
        <message>
            <source>{named} is vouched for by nobody but itself.</source>
            <translation>{named}只由它自己担保。</translation>
        </message>
        <message>
            <source>{named} was issued by "{issuer}", which is not trusted here.</source>
            <translation>{named}由“{issuer}”颁发，在此不受信任。</translation>
        </message>
        <message>
            <source>{names} and {last}</source>
            <translation>{names}和{last}</translation>
        </message>
        <message numerus="yes">
            <source>{names} are added; nothing was started.</source>
            <extracomment>{names} is added; nothing was started.</extracomment>
            <translation>
                <numerusform>已添加 {names}；没有启动任何程序。</numerusform>
            </translation>
        </message>
        <message>
            <source>{names} goes into your keychain.</source>
            <translation>{names} 将存入钥匙串。</translation>
        </message>
        <message>
            <source>{name} ({words})</source>
            <translation>{name}（{words}）</translation>
        </message>
        <message>
            <source>{name} adds up to {computed}, but {stated} stands there</source>
            <translation>{name} 合计为 {computed}，但写的是 {stated}</translation>
        </message>
        <message>
            <source>{name} at {place}</source>
            <translation>{name}（{place}）</translation>
        </message>
        <message>
            <source>{name} cannot be read, so nothing in it could be left out</source>
            <translation>无法读取 {name}，因此无法略去其中的机密</translation>
        </message>
        <message>
            <source>{name} cannot be read: {reason}.</source>
            <translation>无法读取 {name}：{reason}。</translation>
        </message>
        <message>
            <source>{name} cannot be read: {why}.</source>
            <translation>无法读取 {name}：{why}。</translation>
        </message>
        <message>
            <source>{name} cannot be used, so it cannot be copied. Correct it first.</source>
            <translation>{name} 无法使用，因此不能复制。请先更正它。</translation>
        </message>
        <message>
            <source>{name} cannot read PDF documents.</source>
            <translation>{name} 无法读取 PDF 文档。</translation>
        </message>
        <message>
            <source>{name} cannot read PDF documents; it gets the words in them.</source>
            <translation>{name} 无法读取 PDF 文档；它得到的是其中的文字。</translation>
        </message>
        <message>
            <source>{name} cannot read a picture in this conversation.</source>
            <translation>{name} 无法读取此对话中的一张图片。</translation>
        </message>
        <message>
            <source>{name} cannot see pictures.</source>
            <translation>{name} 不能看图片。</translation>
        </message>
        <message>
            <source>{name} cannot see pictures; it gets the text this computer reads in them.</source>
            <translation>{name} 看不到图片；它会得到本机从中读出的文字。</translation>
        </message>
        <message>
            <source>{name} did not answer within {total} seconds.</source>
            <translation>{name} 在 {total} 秒内没有响应。</translation>
        </message>
        <message>
            <source>{name} did not get to it within a day.</source>
            <translation>{name} 未能在一天之内处理。</translation>
        </message>
        <message>
            <source>{name} does not allow this key to do that.</source>
            <translation>{name} 不允许此密钥这样做。</translation>
        </message>
        <message>
            <source>{name} does not call a batch back; it ends within a day.</source>
            <translation>{name} 不撤回批次；它会在一天之内结束。</translation>
        </message>
        <message>
            <source>{name} does not find the batch at the moment.</source>
            <translation>{name} 暂时找不到该批次。</translation>
        </message>
        <message>
            <source>{name} does not judge, so there is nothing to review.</source>
            <translation>{name} 不作判定，因此没有可审核的内容。</translation>
        </message>
        <message>
            <source>{name} does not know the effort {asked}; it answers with {sent}.</source>
            <translation>{name} 不支持推理强度 {asked}；以 {sent} 回答。</translation>
        </message>
        <message>
            <source>{name} does not know this batch; another account's key may have made it.</source>
            <translation>{name} 没有这个批次；它可能是用其他账户的密钥创建的。</translation>
        </message>
        <message>
            <source>{name} ended it in a way that is not known here.</source>
            <translation>{name} 以无法识别的方式结束了它。</translation>
        </message>
        <message>
            <source>{name} ends neither with .jsonl nor with .csv, which are what can be written</source>
            <translation type="vanished">{name} 的扩展名既不是 .jsonl 也不是 .csv；只能写入这两种文件</translation>
        </message>
        <message>
            <source>{name} ends with neither .jsonl, .csv nor .labels.jsonl, which are what can be written</source>
            <translation>{name} 不以可写入的 .jsonl、.csv 或 .labels.jsonl 结尾</translation>
        </message>
        <message>
            <source>{name} ends with none of .jsonl, .csv and .xlsx, which are what can be written</source>
            <translation>{name} 不以可写入的 .jsonl、.csv 或 .xlsx 结尾</translation>
        </message>
        <message>
            <source>{name} has a fault at the moment.</source>
            <translation>{name} 目前出现故障。</translation>
        </message>
        <message>
            <source>{name} has been silent for {silence} seconds, which is the limit.</source>
            <translation>{name} 已 {silence} 秒没有响应，达到上限。</translation>
        </message>
        <message>
            <source>{name} has deleted the results of this batch.</source>
            <translation>{name} 已删除此批次的结果。</translation>
        </message>
        <message>
            <source>{name} has no ending that says how tables are to be saved.</source>
            <translation>{name} 没有说明表格保存格式的扩展名。</translation>
        </message>
        <message>
            <source>{name} has no model.</source>
            <translation>{name} 没有模型。</translation>
        </message>
        <message>
            <source>{name} has no prompts in it.</source>
            <translation>{name} 中没有快捷提问。</translation>
        </message>
        <message>
            <source>{name} has nobody free who runs {model} within the settings.</source>
            <translation>{name} 目前没有空闲且符合设置的服务来运行 {model}。</translation>
        </message>
        <message>
            <source>{name} has nobody who runs {model} and keeps to the setting openrouter.data_collection.</source>
            <translation>{name} 没有运行 {model} 且符合设置 openrouter.data_collection 的服务。</translation>
        </message>
        <message>
            <source>{name} has nobody who runs {model} for such a question: {ended}</source>
            <translation>{name} 没有能以 {model} 处理此类问题的服务：{ended}</translation>
        </message>
        <message>
            <source>{name} holds more files than an archive of prompts can.</source>
            <translation>{name} 中的文件多于快捷提问压缩包所能容纳的数量。</translation>
        </message>
        <message>
            <source>{name} holds no conversations.</source>
            <translation>{name} 不含对话。</translation>
        </message>
        <message>
            <source>{name} holds too many files.</source>
            <translation>{name} 含有的文件太多。</translation>
        </message>
        <message>
            <source>{name} is a backup.</source>
            <translation>{name} 是备份。</translation>
        </message>
        <message>
            <source>{name} is a folder, not a file.</source>
            <translation>{name} 是文件夹，不是文件。</translation>
        </message>
        <message>
            <source>{name} is a folder.</source>
            <translation>{name} 是文件夹。</translation>
        </message>
        <message>
            <source>{name} is an archive that cannot be read: it is damaged, or encrypted.</source>
            <translation>{name} 是无法读取的压缩包：已损坏，或已加密。</translation>
        </message>
        <message>
            <source>{name} is an export of {found}, not of {wanted}.</source>
            <translation>{name} 是 {found} 的导出文件，不是 {wanted} 的。</translation>
        </message>
        <message>
            <source>{name} is damaged.</source>
            <translation>{name} 已损坏。</translation>
        </message>
        <message>
            <source>{name} is damaged: its end is missing.</source>
            <translation>{name} 已损坏：缺少结尾。</translation>
        </message>
        <message>
            <source>{name} is encrypted.</source>
            <translation>{name} 已加密。</translation>
        </message>
        <message>
            <source>{name} is larger than a file of prompts can be.</source>
            <translation>{name} 超过了快捷提问文件的大小上限。</translation>
        </message>
        <message>
            <source>{name} is larger than {most} MB.</source>
            <translation>{name} 超过 {most} MB。</translation>
        </message>
        <message>
            <source>{name} is left out: it is a link.</source>
            <translation>已略过 {name}：它是链接。</translation>
        </message>
        <message>
            <source>{name} is left out: it is longer than a prompt can be.</source>
            <translation>已略过 {name}：它超过了快捷提问的长度上限。</translation>
        </message>
        <message>
            <source>{name} is left out: its place in the archive is no place for a file.</source>
            <translation>已略过 {name}：它在压缩包中的位置不适合存放文件。</translation>
        </message>
        <message>
            <source>{name} is left out: the file has two prompts of that name.</source>
            <translation>已略过 {name}：文件中有两个同名的快捷提问。</translation>
        </message>
        <message>
            <source>{name} is neither a file nor a folder</source>
            <translation>{name} 既不是文件也不是文件夹</translation>
        </message>
        <message>
            <source>{name} is neither lines of JSON (.jsonl), nor a table (.csv), nor a picture</source>
            <translation>{name} 既不是逐行 JSON (.jsonl)，也不是表格 (.csv) 或图片</translation>
        </message>
        <message>
            <source>{name} is no JSON schema.</source>
            <translation>{name} 不是 JSON 架构。</translation>
        </message>
        <message>
            <source>{name} is no JSON: {why}.</source>
            <translation>{name} 不是 JSON：{why}。</translation>
        </message>
        <message>
            <source>{name} is none of the files of version {version}: it was damaged on its way, or is another one.</source>
            <translation>{name} 不是版本 {version} 的文件：它在传输途中损坏，或是其他文件。</translation>
        </message>
        <message>
            <source>{name} is not UTF-8 text.</source>
            <translation>{name} 不是 UTF-8 文本。</translation>
        </message>
        <message>
            <source>{name} is not a file.</source>
            <translation>{name} 不是文件。</translation>
        </message>
        <message>
            <source>{name} is not a folder.</source>
            <translation>{name} 不是文件夹。</translation>
        </message>
        <message>
            <source>{name} is not a whole backup.</source>
            <translation>{name} 不是完整的备份。</translation>
        </message>
        <message>
            <source>{name} is not there any more.</source>
            <translation>{name} 已不存在。</translation>
        </message>
        <message>
            <source>{name} is overloaded.</source>
            <translation>{name} 负载过高。</translation>
        </message>
        <message>
            <source>{name} is removed.</source>
            <translation>{name} 已移除。</translation>
        </message>
        <message>
            <source>{name} is still loading the model.</source>
            <translation>{name} 仍在加载模型。</translation>
        </message>
        <message>
            <source>{name} must be a table of settings.</source>
            <translation>{name} 必须是设置表。</translation>
        </message>
        <message>
            <source>{name} refused the key.</source>
            <translation>{name} 拒绝了密钥。</translation>
        </message>
        <message>
            <source>{name} refused the question.</source>
            <translation>{name} 拒绝了问题。</translation>
        </message>
        <message>
            <source>{name} refused the question: {ended}</source>
            <translation>{name} 拒绝了问题：{ended}</translation>
        </message>
        <message>
            <source>{name} sent lines that are not results of a batch.</source>
            <translation>{name} 发来的行不是批次的结果。</translation>
        </message>
        <message>
            <source>{name} stands there twice. Remove one of the two.</source>
            <translation>{name} 出现了两次。请移除其中一个。</translation>
        </message>
        <message>
            <source>{name} stands twice in it</source>
            <translation>{name} 在其中出现两次</translation>
        </message>
        <message>
            <source>{name} takes no effort; it answers as it does by itself.</source>
            <translation>{name} 不支持推理强度；按其默认方式回答。</translation>
        </message>
        <message>
            <source>{name} takes no more requests for now.</source>
            <translation>{name} 暂时不再接受请求。</translation>
        </message>
        <message>
            <source>{name} took too long to answer.</source>
            <translation>{name} 回答耗时过长。</translation>
        </message>
        <message>
            <source>{name} wants a key.</source>
            <translation>{name} 需要密钥。</translation>
        </message>
        <message>
            <source>{name} was made by a newer version of Kireji (format {theirs}; this one knows {ours}).</source>
            <translation>{name} 由较新版本的 Kireji 生成（格式 {theirs}；此版本支持 {ours}）。</translation>
        </message>
        <message>
            <source>{name} was not read further: {why}.</source>
            <translation>{name} 未继续读取：{why}。</translation>
        </message>
        <message>
            <source>{name} was reached and accepts the key.</source>
            <translation>已连接 {name}，密钥被接受。</translation>
        </message>
        <message>
            <source>{name} was reached, but does not take the key.</source>
            <translation>已连接 {name}，但密钥不被接受。</translation>
        </message>
        <message>
            <source>{name} was reached, but has no model yet.</source>
            <translation>已连接 {name}，但还没有模型。</translation>
        </message>
        <message>
            <source>{name} was reached.</source>
            <translation>已连接 {name}。</translation>
        </message>
        <message>
            <source>{name} · its beginning</source>
            <translation>{name} · 开头部分</translation>
        </message>
        <message>
            <source>{name} · {some} of {all} files</source>
            <translation>{name} · {all} 个文件中的 {some} 个</translation>
        </message>
        <message>
            <source>{name} · {some} of {all} messages</source>
            <translation>{name} · {all} 条消息中的 {some} 条</translation>
        </message>
        <message>
            <source>{name} · {some} of {all} parts</source>
            <translation>{name} · {all} 个部分中的 {some} 个</translation>
        </message>
        <message>
            <source>{name}, from Kireji</source>
            <translation>{name}，Kireji 自带</translation>
        </message>
        <message>
            <source>{name}, {size}
SHA-256 {sum}</source>
            <translation>{name}，{size}
SHA-256 {sum}</translation>
        </message>
        <message>
            <source>{name}: ask earlier</source>
            <translation>{name}：提前询问</translation>
        </message>
        <message>
            <source>{name}: ask later</source>
            <translation>{name}：推后询问</translation>
        </message>
        <message>
            <source>{name}: do not ask</source>
            <translation>{name}：不询问</translation>
        </message>
        <message>
            <source>{name}: {stated} adds up</source>
            <translation>{name}：{stated} 合计正确</translation>
        </message>
        <message>
            <source>{name}: {stated} is stated, {computed} comes out.</source>
            <translation>{name}：写的是 {stated}，算出的是 {computed}。</translation>
        </message>
        <message>
            <source>{name}: {why}</source>
            <translation>{name}：{why}</translation>
        </message>
        <message>
            <source>{network} and ask again.</source>
            <translation>{network}，然后重新提问。</translation>
        </message>
        <message>
            <source>{number} %</source>
            <translation>{number} %</translation>
        </message>
        <message>
            <source>{number} / {count}</source>
            <translation>{number} / {count}</translation>
        </message>
        <message>
            <source>{number} for lack of room</source>
            <translation>{number} 个放不下</translation>
        </message>
        <message>
            <source>{number} not as labelled</source>
            <translation>{number} 项与标注不一致</translation>
        </message>
        <message>
            <source>{number} switched off</source>
            <translation>{number} 个已关闭</translation>
        </message>
        <message>
            <source>{number} that cannot be read</source>
            <translation>{number} 个无法读取</translation>
        </message>
        <message>
            <source>{number} that git ignores</source>
            <translation>{number} 个被 git 忽略</translation>
        </message>
        <message>
            <source>{number} tools</source>
            <translation>{number} 个工具</translation>
        </message>
        <message>
            <source>{number} tools; {others} cannot be used</source>
            <translation>{number} 个工具；{others} 个无法使用</translation>
        </message>
        <message>
            <source>{number}M</source>
            <translation>{number}M</translation>
        </message>
        <message>
            <source>{number}k</source>
            <translation>{number}k</translation>
        </message>
        <message>
            <source>{n} % of the price</source>
            <translation>价格的 {n} %</translation>
        </message>
        <message numerus="yes">
            <source>{n} B</source>
            <extracomment>1 B</extracomment>
            <translation>
                <numerusform>{n} B</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} answered before</source>
            <extracomment>1 answered before</extracomment>
            <translation>
                <numerusform>{n} 行之前已回答</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} answers are kept.</source>
            <extracomment>1 answer is kept.</extracomment>
            <translation>
                <numerusform>保留 {n} 条回答。</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} answers of this month have a price that nobody knows; they are not in these sums.</source>
            <extracomment>1 answer of this month has a price that nobody knows; it is not in these sums.</extracomment>
            <translation>
                <numerusform>本月有 {n} 条回答的价格未知；未计入这些合计。</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} bad lines left out</source>
            <extracomment>1 bad line left out</extracomment>
            <translation>
                <numerusform>略过 {n} 个无效行</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} blocks of words</source>
            <extracomment>1 block of words</extracomment>
            <translation>
                <numerusform>{n} 个文字块</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} blocks were left out by the model.</source>
            <extracomment>1 block was left out by the model.</extracomment>
            <translation>
                <numerusform>模型遗漏了 {n} 个文字块。</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} cannot be used</source>
            <extracomment>1 cannot be used</extracomment>
            <translation>
                <numerusform>{n} 行无法使用</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} categories</source>
            <extracomment>1 category</extracomment>
            <translation>
                <numerusform>{n} 个类别</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} columns</source>
            <extracomment>1 column</extracomment>
            <translation>
                <numerusform>{n} 列</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} conversations</source>
            <extracomment>1 conversation</extracomment>
            <translation>
                <numerusform>{n} 个对话</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} conversations are back in the list</source>
            <extracomment>1 conversation is back in the list</extracomment>
            <translation>
                <numerusform>{n} 个对话已回到列表</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} conversations that you deleted did not come back.</source>
            <extracomment>1 conversation that you deleted did not come back.</extracomment>
            <translation>
                <numerusform>您删除的 {n} 个对话没有恢复。</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} documents</source>
            <extracomment>1 document</extracomment>
            <translation>
                <numerusform>{n} 个文档</numerusform>
            </translation>
        </message>
        <message>
            <source>{n} done</source>
            <translation>{n} 行完成</translation>
        </message>
        <message numerus="yes">
            <source>{n} duplicates merged</source>
            <extracomment>1 duplicate merged</extracomment>
            <translation>
                <numerusform>合并 {n} 个重复项</numerusform>
            </translation>
        </message>
        <message>
            <source>{n} earlier messages are not shown here</source>
            <translation>此处未显示更早的 {n} 条消息</translation>
        </message>
        <message numerus="yes">
            <source>{n} errors</source>
            <extracomment>1 error</extracomment>
            <translation>
                <numerusform>{n} 个错误</numerusform>
            </translation>
        </message>
        <message>
            <source>{n} failed</source>
            <translation>{n} 行失败</translation>
        </message>
        <message numerus="yes">
            <source>{n} failed: retry only these</source>
            <extracomment>1 failed: retry only this</extracomment>
            <translation>
                <numerusform>{n} 行失败：只重试这些</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} fields</source>
            <extracomment>1 field</extracomment>
            <translation>
                <numerusform>{n} 个字段</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} files</source>
            <extracomment>1 file</extracomment>
            <translation>
                <numerusform>{n} 个文件</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} files so far…</source>
            <extracomment>1 file so far…</extracomment>
            <translation>
                <numerusform>目前 {n} 个文件…</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} findings</source>
            <extracomment>1 finding</extracomment>
            <translation>
                <numerusform>{n} 个发现</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} found</source>
            <extracomment>1 found</extracomment>
            <translation>
                <numerusform>找到 {n} 个</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} hours</source>
            <extracomment>an hour</extracomment>
            <translation>
                <numerusform>{n} 小时</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} images</source>
            <extracomment>1 image</extracomment>
            <translation>
                <numerusform>{n} 张图片</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} jobs are with a service: they go on there and are paid, and their answers are lost.</source>
            <extracomment>1 job is with a service: it goes on there and is paid, and its answers are lost.</extracomment>
            <translation>
                <numerusform>{n} 个任务正由服务处理：它们会在那里继续并照常计费，而其回答将会丢失。</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} lines cannot be used. The others can go on without them.</source>
            <extracomment>1 line cannot be used. The others can go on without it.</extracomment>
            <translation>
                <numerusform>{n} 行无法使用。其余各行可以继续。</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} lines read</source>
            <extracomment>1 line read</extracomment>
            <translation>
                <numerusform>已读取 {n} 行</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} lost pictures are there again; nothing else is new.</source>
            <extracomment>1 lost picture is there again; nothing else is new.</extracomment>
            <translation>
                <numerusform>{n} 张丢失的图片已恢复；没有其他新内容。</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} lost pictures would be there again; nothing else is new.</source>
            <extracomment>1 lost picture would be there again; nothing else is new.</extracomment>
            <translation>
                <numerusform>将恢复 {n} 张丢失的图片；没有其他新内容。</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} messages</source>
            <extracomment>1 message</extracomment>
            <translation>
                <numerusform>{n} 条消息</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} minutes</source>
            <extracomment>a minute</extracomment>
            <translation>
                <numerusform>{n} 分钟</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} models</source>
            <extracomment>1 model</extracomment>
            <translation>
                <numerusform>{n} 个模型</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} more are not marked.</source>
            <extracomment>1 more is not marked.</extracomment>
            <translation>
                <numerusform>还有 {n} 个未标出。</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} more blocks are not shown.</source>
            <extracomment>1 more block is not shown.</extracomment>
            <translation>
                <numerusform>还有 {n} 个文字块未显示。</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} more changes are not shown here.</source>
            <extracomment>1 more change is not shown here.</extracomment>
            <translation>
                <numerusform>还有 {n} 处变化没有在此显示。</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} more findings are not shown.</source>
            <extracomment>1 more finding is not shown.</extracomment>
            <translation>
                <numerusform>还有 {n} 个发现未显示。</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} more pictures gave nothing.</source>
            <extracomment>1 more picture gave nothing.</extracomment>
            <translation>
                <numerusform>还有 {n} 张图片没有结果。</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} more places are wrong.</source>
            <extracomment>1 more place is wrong.</extracomment>
            <translation>
                <numerusform>另有 {n} 处不正确。</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} more regions differ.</source>
            <extracomment>1 more region differs.</extracomment>
            <translation>
                <numerusform>还有 {n} 个区域不同。</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} more sums do not hold.</source>
            <extracomment>1 more sum does not hold.</extracomment>
            <translation>
                <numerusform>还有 {n} 个合计不正确。</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} need you</source>
            <extracomment>1 needs you</extracomment>
            <translation>
                <numerusform>{n} 个需要您处理</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} not found on the picture</source>
            <extracomment>1 not found on the picture</extracomment>
            <translation>
                <numerusform>{n} 个在图片上未找到</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} of {rows} rows failed and can be tried again.</source>
            <extracomment>1 of {rows} rows failed and can be tried again.</extracomment>
            <translation>
                <numerusform>{rows} 行中有 {n} 行失败，可以重试。</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} pages</source>
            <extracomment>1 page</extracomment>
            <translation>
                <numerusform>{n} 页</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} pictures</source>
            <extracomment>1 picture</extracomment>
            <translation>
                <numerusform>{n} 张图片</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} pictures are lost.</source>
            <extracomment>1 picture is lost.</extracomment>
            <translation>
                <numerusform>{n} 张图片已丢失。</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} pictures are missing or damaged.</source>
            <extracomment>1 picture is missing or damaged.</extracomment>
            <translation>
                <numerusform>{n} 张图片丢失或损坏。</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} pictures are no longer there.</source>
            <extracomment>A picture is no longer there.</extracomment>
            <translation>
                <numerusform>有 {n} 张图片已不存在。</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} pictures gave nothing</source>
            <extracomment>1 picture gave nothing</extracomment>
            <translation>
                <numerusform>{n} 张图片没有结果</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} pictures of the history are lost.</source>
            <extracomment>1 picture of the history is lost.</extracomment>
            <translation>
                <numerusform>历史记录中有 {n} 张图片丢失。</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} pictures read</source>
            <extracomment>1 picture read</extracomment>
            <translation>
                <numerusform>已读取 {n} 张图片</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} places found.</source>
            <extracomment>1 place found.</extracomment>
            <translation>
                <numerusform>找到 {n} 处。</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} prompts are imported.</source>
            <extracomment>1 prompt is imported.</extracomment>
            <translation>
                <numerusform>将导入 {n} 个快捷提问。</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} questions</source>
            <extracomment>1 question</extracomment>
            <translation>
                <numerusform>{n} 个问题</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} refused</source>
            <extracomment>1 refused</extracomment>
            <translation>
                <numerusform>{n} 个被拒绝</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} regions differ</source>
            <extracomment>1 region differs</extracomment>
            <translation>
                <numerusform>{n} 个区域不同</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} regions differ.</source>
            <extracomment>1 region differs.</extracomment>
            <translation>
                <numerusform>{n} 个区域不同。</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} regions differ. Asking what they mean…</source>
            <extracomment>1 region differs. Asking what it means…</extracomment>
            <translation>
                <numerusform>{n} 个区域不同。正在询问其含义…</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} remarks</source>
            <extracomment>1 remark</extracomment>
            <translation>
                <numerusform>{n} 个提示</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} requests</source>
            <extracomment>1 request</extracomment>
            <translation>
                <numerusform>{n} 个请求</numerusform>
            </translation>
        </message>
        <message>
            <source>{n} reused</source>
            <translation>{n} 行复用</translation>
        </message>
        <message numerus="yes">
            <source>{n} rows</source>
            <extracomment>1 row</extracomment>
            <translation>
                <numerusform>{n} 行</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} rows are answered</source>
            <extracomment>1 row is answered</extracomment>
            <translation>
                <numerusform>{n} 行已回答</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} rows are asked again.</source>
            <extracomment>1 row is asked again.</extracomment>
            <translation>
                <numerusform>重新提问 {n} 行。</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} rows are with the service. What it has answered already is paid for, and those answers are kept.</source>
            <extracomment>1 row is with the service. If it has answered that already, the answer is paid for, and it is kept.</extracomment>
            <translation>
                <numerusform>有 {n} 行由服务处理中。已回答的部分已计费，这些回答会保留。</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} rows gave nothing and are left out.</source>
            <extracomment>1 row gave nothing and is left out.</extracomment>
            <translation>
                <numerusform>{n} 行没有结果，已略过。</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} rows to ask</source>
            <extracomment>1 row to ask</extracomment>
            <translation>
                <numerusform>{n} 行待提问</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} rows were sent, and nobody can tell whether the service has them. Sent again, they may be paid twice.</source>
            <extracomment>1 row was sent, and nobody can tell whether the service has it. Sent again, it may be paid for twice.</extracomment>
            <translation>
                <numerusform>{n} 行已发送，但无法得知服务是否收到。重新发送可能会重复计费。</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} rows with the service since {time}</source>
            <extracomment>1 row with the service since {time}</extracomment>
            <translation>
                <numerusform>{n} 行自 {time} 起由服务处理</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} running</source>
            <extracomment>1 running</extracomment>
            <translation>
                <numerusform>{n} 个正在运行</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} s</source>
            <extracomment>1 s</extracomment>
            <translation>
                <numerusform>{n} 秒</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} seconds</source>
            <extracomment>1 second</extracomment>
            <translation>
                <numerusform>{n} 秒</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} sums add up</source>
            <extracomment>1 sum adds up</extracomment>
            <translation>
                <numerusform>{n} 个合计相符</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} sums are right</source>
            <extracomment>1 sum is right</extracomment>
            <translation>
                <numerusform>{n} 个合计正确</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} texts to translate</source>
            <extracomment>1 text to translate</extracomment>
            <translation>
                <numerusform>{n} 段待翻译的文字</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} texts translated</source>
            <extracomment>1 text translated</extracomment>
            <translation>
                <numerusform>已翻译 {n} 段文字</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} things are hidden</source>
            <extracomment>1 thing is hidden</extracomment>
            <translation>
                <numerusform>已隐藏 {n} 处</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} tokens</source>
            <extracomment>1 token</extracomment>
            <translation>
                <numerusform>{n} 个 token</numerusform>
            </translation>
        </message>
        <message>
            <source>{n} tokens read</source>
            <translation>读取 {n} 个 token</translation>
        </message>
        <message>
            <source>{n} tokens written</source>
            <translation>写出 {n} 个 token</translation>
        </message>
        <message numerus="yes">
            <source>{n} tools</source>
            <extracomment>1 tool</extracomment>
            <translation>
                <numerusform>{n} 个工具</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} turns</source>
            <extracomment>1 turn</extracomment>
            <translation>
                <numerusform>{n} 轮</numerusform>
            </translation>
        </message>
        <message>
            <source>{n} uncertain</source>
            <translation>{n} 行不确定</translation>
        </message>
        <message numerus="yes">
            <source>{n} values are not of their type</source>
            <extracomment>1 value is not of its type</extracomment>
            <translation>
                <numerusform>{n} 个值与其类型不符</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} values were hidden before they were sent:</source>
            <extracomment>1 value was hidden before it was sent:</extracomment>
            <translation>
                <numerusform>发送前隐藏了 {n} 个值：</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} values were not found so on the picture</source>
            <extracomment>1 value was not found so on the picture</extracomment>
            <translation>
                <numerusform>{n} 个值在图片上没有这样找到</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} verdicts were read…</source>
            <extracomment>1 verdict was read…</extracomment>
            <translation>
                <numerusform>已读取 {n} 个判定…</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} were left out by the model</source>
            <extracomment>1 was left out by the model</extracomment>
            <translation>
                <numerusform>模型遗漏了 {n} 个</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} were left out.</source>
            <extracomment>1 was left out.</extracomment>
            <translation>
                <numerusform>略去了 {n} 个。</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n} without a verdict</source>
            <extracomment>1 without a verdict</extracomment>
            <translation>
                <numerusform>{n} 个无判定</numerusform>
            </translation>
        </message>
        <message>
            <source>{n} {word}</source>
            <translation>{n} 个{word}</translation>
        </message>
        <message>
            <source>{one} and {other}</source>
            <translation>{one} 和 {other}</translation>
        </message>
        <message>
            <source>{option} is not a setting{meant}</source>
            <translation>{option} 不是设置项{meant}</translation>
        </message>
        <message>
            <source>{option} takes numbers of rows, as in 3,7-9, or all; {piece} is none</source>
            <translation>{option} 需要行号，例如 3,7-9，或 all；{piece} 不是</translation>
        </message>
        <message>
            <source>{option} {problem}; {value} is used instead.</source>
            <translation>{option} {problem}；改用 {value}。</translation>
        </message>
        <message>
            <source>{option}: {piece} ends before it begins</source>
            <translation>{option}：{piece} 的终点早于起点</translation>
        </message>
        <message>
            <source>{part} of {tokens}</source>
            <translation>{part} / {tokens}</translation>
        </message>
        <message>
            <source>{path} cannot be created because a file stands where a folder should be.</source>
            <translation>无法创建 {path}，因为应为文件夹的位置上有一个文件。</translation>
        </message>
        <message>
            <source>{path} cannot be read: line {line}, {reason}.</source>
            <translation>无法读取 {path}：第 {line} 行，{reason}。</translation>
        </message>
        <message>
            <source>{path} cannot be read: {reason}.</source>
            <translation>无法读取 {path}：{reason}。</translation>
        </message>
        <message>
            <source>{path} cannot be understood: {what}.</source>
            <translation>无法理解 {path}：{what}。</translation>
        </message>
        <message>
            <source>{path} cannot be written.</source>
            <translation>无法写入 {path}。</translation>
        </message>
        <message>
            <source>{path} cannot be written: {reason}.</source>
            <translation>无法写入 {path}：{reason}。</translation>
        </message>
        <message>
            <source>{path} could not be deleted.</source>
            <translation>未能删除 {path}。</translation>
        </message>
        <message>
            <source>{path} could not be used: {error}.</source>
            <translation>无法使用 {path}：{error}。</translation>
        </message>
        <message>
            <source>{path} does not lie in the folder of the set.</source>
            <translation>{path} 不在标注集的文件夹中。</translation>
        </message>
        <message>
            <source>{path} exists already.</source>
            <translation>{path} 已存在。</translation>
        </message>
        <message>
            <source>{path} has a value called {name} where the section [{name}] belongs.</source>
            <translation>{path} 在应为 [{name}] 节的位置有一个名为 {name} 的值。</translation>
        </message>
        <message>
            <source>{path} has more than {number} files of code.</source>
            <translation>{path} 含有超过 {number} 个代码文件。</translation>
        </message>
        <message>
            <source>{path} has no columns.</source>
            <translation>{path} 没有列。</translation>
        </message>
        <message>
            <source>{path} has no server called {name}.</source>
            <translation>{path} 中没有名为 {name} 的服务器。</translation>
        </message>
        <message>
            <source>{path} is a database of another program.</source>
            <translation>{path} 是其他程序的数据库。</translation>
        </message>
        <message>
            <source>{path} is a folder.</source>
            <translation>{path} 是文件夹。</translation>
        </message>
        <message>
            <source>{path} is larger than {most} MB.</source>
            <translation>{path} 大于 {most} MB。</translation>
        </message>
        <message>
            <source>{path} is longer than a policy may be.</source>
            <translation>{path} 超过了策略的长度上限。</translation>
        </message>
        <message>
            <source>{path} is longer than {count} KB.</source>
            <translation>{path} 超过 {count} KB。</translation>
        </message>
        <message>
            <source>{path} is neither a file nor a folder.</source>
            <translation>{path} 既不是文件也不是文件夹。</translation>
        </message>
        <message>
            <source>{path} is not UTF-8 text.</source>
            <translation>{path} 不是 UTF-8 文本。</translation>
        </message>
        <message>
            <source>{path} is not UTF-8.</source>
            <translation>{path} 不是 UTF-8。</translation>
        </message>
        <message>
            <source>{path} is not a file that can be replaced.</source>
            <translation>{path} 不是可以替换的文件。</translation>
        </message>
        <message>
            <source>{path} is not a file.</source>
            <translation>{path} 不是文件。</translation>
        </message>
        <message>
            <source>{path} is not a program: it is a folder.</source>
            <translation>{path} 不是程序，而是文件夹。</translation>
        </message>
        <message>
            <source>{path} is not a program: the file is not executable.</source>
            <translation>{path} 不是程序：该文件不可执行。</translation>
        </message>
        <message>
            <source>{path} is not a regular file.</source>
            <translation>{path} 不是普通文件。</translation>
        </message>
        <message>
            <source>{path} is not there.</source>
            <translation>{path} 不存在。</translation>
        </message>
        <message>
            <source>{path} is one JSON list, not lines of JSON.</source>
            <translation>{path} 是一个 JSON 列表，而不是逐行 JSON。</translation>
        </message>
        <message>
            <source>{path} is written in UTF-16.</source>
            <translation>{path} 是 UTF-16 编码。</translation>
        </message>
        <message>
            <source>{path} is written in a way that cannot be changed without losing something.</source>
            <translation>{path} 的写法使其无法在不丢失内容的情况下更改。</translation>
        </message>
        <message>
            <source>{path} names no server.</source>
            <translation>{path} 没有指定任何服务器。</translation>
        </message>
        <message>
            <source>{path} needs a prompt that says what to do with each row.</source>
            <translation>{path} 需要提示词，说明如何处理每一行。</translation>
        </message>
        <message>
            <source>{path} was a link; what it led to stays.</source>
            <translation>{path} 是链接；它所指向的内容会保留。</translation>
        </message>
        <message>
            <source>{path} was written by a newer version of Kireji (format {version}; this one knows {newest}).</source>
            <translation>{path} 由较新版本的 Kireji 写成（格式 {version}；此版本支持 {newest}）。</translation>
        </message>
        <message>
            <source>{percent} %</source>
            <translation>{percent}%</translation>
        </message>
        <message>
            <source>{percent} % of the context is taken</source>
            <translation>已占用上下文的 {percent} %</translation>
        </message>
        <message>
            <source>{percent} % of the full price, through the service's batches</source>
            <translation>全价的 {percent} %，通过服务的批处理</translation>
        </message>
        <message>
            <source>{pictures} came with it.</source>
            <translation>同时添加了 {pictures}。</translation>
        </message>
        <message>
            <source>{place} for a typing mistake, and the network.</source>
            <translation>{place}是否有误，以及网络。</translation>
        </message>
        <message>
            <source>{policy}, version {version}</source>
            <translation>{policy}，版本 {version}</translation>
        </message>
        <message>
            <source>{problem} It may have been paid for nevertheless.</source>
            <translation>{problem} 仍可能已计费。</translation>
        </message>
        <message>
            <source>{problem} The job goes on by itself.</source>
            <translation>{problem} 任务会自行继续。</translation>
        </message>
        <message>
            <source>{problem} Then resume the job.</source>
            <translation>{problem} 然后请继续任务。</translation>
        </message>
        <message>
            <source>{program} (process {number})</source>
            <translation>{program}（进程 {number}）</translation>
        </message>
        <message>
            <source>{provider} does not count; this is an estimate.</source>
            <translation>{provider} 不提供计数；这是估计值。</translation>
        </message>
        <message>
            <source>{provider} key</source>
            <translation>{provider} 密钥</translation>
        </message>
        <message>
            <source>{ready} of {rows} looked through</source>
            <translation>已检查 {ready}/{rows}</translation>
        </message>
        <message>
            <source>{read} and costs nothing.</source>
            <translation>{read}，不收费。</translation>
        </message>
        <message>
            <source>{read} in and {written} out per million tokens</source>
            <translation>每百万 token 输入 {read}，输出 {written}</translation>
        </message>
        <message>
            <source>{read} in · {written} out</source>
            <translation>输入 {read} · 输出 {written}</translation>
        </message>
        <message>
            <source>{read} of {prompt} tokens from the cache</source>
            <translation>{prompt} 个 token 中 {read} 个来自缓存</translation>
        </message>
        <message>
            <source>{read} of {prompt} tokens from the cache, saved {amount}</source>
            <translation>{prompt} 个 token 中 {read} 个来自缓存，节省 {amount}</translation>
        </message>
        <message>
            <source>{read} read, {written} written</source>
            <translation>读取 {read}，生成 {written}</translation>
        </message>
        <message>
            <source>{read}, which costs about {price}.</source>
            <translation>{read}，费用约为 {price}。</translation>
        </message>
        <message>
            <source>{read}; nobody knows what that costs.</source>
            <translation>{read}；费用未知。</translation>
        </message>
        <message>
            <source>{reason} {done} of {items} were judged; the check is not kept.</source>
            <translation>{reason}已判定 {done} / {items}；此次检查不会保留。</translation>
        </message>
        <message>
            <source>{reference} cannot be filled in here.</source>
            <translation>{reference} 无法在此处填入。</translation>
        </message>
        <message>
            <source>{regions}, {share} % of the picture</source>
            <translation>{regions}，占图片的 {share} %</translation>
        </message>
        <message>
            <source>{requests} to {model} · {provider}, about {tokens} tokens to read, {cost}.</source>
            <translation>向 {model} · {provider} 提出{requests}，约读取 {tokens} 个 token，{cost}。</translation>
        </message>
        <message>
            <source>{requests}, {read} tokens read and {written} written</source>
            <translation>{requests}，读取 {read} 个 token，生成 {written} 个</translation>
        </message>
        <message>
            <source>{right} of {judged} as labelled ({share})</source>
            <translation>{judged} 项中有 {right} 项与标注一致（{share}）</translation>
        </message>
        <message>
            <source>{rows} count as failed.</source>
            <translation type="vanished">{rows}计为失败。</translation>
        </message>
        <message>
            <source>{rows} left out.</source>
            <translation>略过 {rows}。</translation>
        </message>
        <message>
            <source>{rows} rows, {columns} columns</source>
            <translation>{rows} 行，{columns} 列</translation>
        </message>
        <message>
            <source>{rows} since {time}</source>
            <translation>{rows}，自 {time} 起</translation>
        </message>
        <message>
            <source>{rows} still come back.</source>
            <translation type="vanished">仍有 {rows}会返回。</translation>
        </message>
        <message>
            <source>{rows} wait again.</source>
            <translation type="vanished">{rows}重新等待。</translation>
        </message>
        <message>
            <source>{rows} written.</source>
            <translation>已写入 {rows}。</translation>
        </message>
        <message>
            <source>{rows}, for {amount}</source>
            <translation>{rows}，费用 {amount}</translation>
        </message>
        <message>
            <source>{rows}, {columns}</source>
            <translation>{rows}，{columns}</translation>
        </message>
        <message>
            <source>{rows}: added behind the end that was last noted. The program was killed meanwhile, or somebody wrote them.</source>
            <translation>{rows}：添加在最后记下的末尾之后。程序期间被强行结束，或有人写入了它们。</translation>
        </message>
        <message>
            <source>{rows}: changed, or not written by this program.</source>
            <translation>{rows}：被更改，或不是由此程序写入。</translation>
        </message>
        <message>
            <source>{rows}: missing at the end. They were cut off, or lost when the power failed.</source>
            <translation>{rows}：末尾缺失。被截去，或在断电时丢失。</translation>
        </message>
        <message>
            <source>{rows}: not what stood there when the next row was written.</source>
            <translation>{rows}：与写入下一行时的内容不同。</translation>
        </message>
        <message>
            <source>{rows}: removed.</source>
            <translation>{rows}：已被移除。</translation>
        </message>
        <message>
            <source>{row}, {what}</source>
            <translation>{row}，{what}</translation>
        </message>
        <message>
            <source>{seconds} s</source>
            <translation>{seconds} 秒</translation>
        </message>
        <message>
            <source>{seconds} seconds</source>
            <translation>{seconds} 秒</translation>
        </message>
        <message>
            <source>{section} · {page}</source>
            <translation>{section} · {page}</translation>
        </message>
        <message>
            <source>{sentence}.</source>
            <translation>{sentence}。</translation>
        </message>
        <message>
            <source>{sentence}. Click a box to send it.</source>
            <translation>{sentence}。单击方块可发送其内容。</translation>
        </message>
        <message>
            <source>{server} answered with what is not the protocol.</source>
            <translation>{server} 的响应不符合协议。</translation>
        </message>
        <message>
            <source>{server} describes its tools in more than 10 MB.</source>
            <translation>{server} 对其工具的描述超过 10 MB。</translation>
        </message>
        <message>
            <source>{server} did not answer within {seconds} seconds.</source>
            <translation>{server} 在 {seconds} 秒内没有响应。</translation>
        </message>
        <message>
            <source>{server} did not list its tools within {seconds} seconds.</source>
            <translation>{server} 在 {seconds} 秒内没有列出其工具。</translation>
        </message>
        <message>
            <source>{server} ended before it had answered.</source>
            <translation>{server} 在响应之前已结束。</translation>
        </message>
        <message>
            <source>{server} ended before it was asked.</source>
            <translation>{server} 在被询问之前已结束。</translation>
        </message>
        <message>
            <source>{server} failed {times} times and is tried again in {seconds} seconds. {why}</source>
            <translation>{server} 已失败 {times} 次，将在 {seconds} 秒后重试。{why}</translation>
        </message>
        <message>
            <source>{server} has forgotten the connection.</source>
            <translation>{server} 已不记得该连接。</translation>
        </message>
        <message>
            <source>{server} is another program now.</source>
            <translation>{server} 现在是另一个程序。</translation>
        </message>
        <message>
            <source>{server} is running here with {model}. Nothing would leave this computer.</source>
            <translation>{server} 正在本机运行 {model}。不会有任何内容离开本机。</translation>
        </message>
        <message>
            <source>{server} is switched off.</source>
            <translation>{server} 已关闭。</translation>
        </message>
        <message>
            <source>{server} lists more than {most} tools.</source>
            <translation>{server} 列出的工具超过 {most} 个。</translation>
        </message>
        <message>
            <source>{server} never comes to the end of its list of tools.</source>
            <translation>{server} 的工具列表没有尽头。</translation>
        </message>
        <message>
            <source>{server} refused: {said}</source>
            <translation>{server} 拒绝：{said}</translation>
        </message>
        <message>
            <source>{server} runs, but has no model yet. Add one there, then look again.</source>
            <translation>{server} 正在运行，但还没有模型。请在那里添加一个，然后重新寻找。</translation>
        </message>
        <message>
            <source>{server} was ended before it had started.</source>
            <translation>{server} 在启动之前被结束。</translation>
        </message>
        <message>
            <source>{server}, protocol {version}</source>
            <translation>{server}，协议 {version}</translation>
        </message>
        <message>
            <source>{shortcut} cannot be held here.</source>
            <translation>{shortcut} 在此无法使用。</translation>
        </message>
        <message>
            <source>{shortcut} is already used by Kireji itself.</source>
            <translation>{shortcut} 已被 Kireji 自己使用。</translation>
        </message>
        <message>
            <source>{shortcut} is already used by another program.</source>
            <translation>{shortcut} 已被其他程序占用。</translation>
        </message>
        <message>
            <source>{size} KiB</source>
            <translation>{size} KiB</translation>
        </message>
        <message>
            <source>{size} MiB</source>
            <translation>{size} MiB</translation>
        </message>
        <message>
            <source>{size} in all.</source>
            <translation>共 {size}。</translation>
        </message>
        <message numerus="yes">
            <source>{size} in {n} files are kept now.</source>
            <extracomment>{size} in 1 file is kept now.</extracomment>
            <translation>
                <numerusform>目前保存了 {n} 个文件，共 {size}。</numerusform>
            </translation>
        </message>
        <message>
            <source>{size} tokens of context</source>
            <translation>{size} token 上下文</translation>
        </message>
        <message>
            <source>{some} and {last}</source>
            <translation>{some}和{last}</translation>
        </message>
        <message>
            <source>{source} → {target}</source>
            <translation>{source} → {target}</translation>
        </message>
        <message>
            <source>{spent} of {budget}</source>
            <translation>{spent} / {budget}</translation>
        </message>
        <message>
            <source>{state} · reused</source>
            <translation>{state} · 复用</translation>
        </message>
        <message>
            <source>{state}; go to the first</source>
            <translation>{state}；转到第一个</translation>
        </message>
        <message>
            <source>{taken} of {room}</source>
            <translation>{taken} / {room}</translation>
        </message>
        <message>
            <source>{there}: it does not answer in time.</source>
            <translation>{there}：没有及时响应。</translation>
        </message>
        <message>
            <source>{there}: it does not speak TLS as it should.</source>
            <translation>{there}：它的 TLS 不正常。</translation>
        </message>
        <message>
            <source>{there}: no name can be looked up.</source>
            <translation>{there}：无法解析名称。</translation>
        </message>
        <message>
            <source>{there}: nothing answers at that address.</source>
            <translation>{there}：该地址没有响应。</translation>
        </message>
        <message>
            <source>{there}: the name is not known.</source>
            <translation>{there}：名称未知。</translation>
        </message>
        <message>
            <source>{there}: there is no way to it.</source>
            <translation>{there}：没有通往它的路由。</translation>
        </message>
        <message>
            <source>{things} ({count})</source>
            <translation>{things}（{count}）</translation>
        </message>
        <message>
            <source>{title} (needs a picture)</source>
            <translation>{title}（需要一张图片）</translation>
        </message>
        <message>
            <source>{title} (needs {count} pictures)</source>
            <translation>{title}（需要 {count} 张图片）</translation>
        </message>
        <message>
            <source>{title} ({name}) is another one</source>
            <translation>{title} ({name}) 与现有的不同</translation>
        </message>
        <message>
            <source>{title} answers with {model}.</source>
            <translation>{title}以 {model} 回答。</translation>
        </message>
        <message>
            <source>{title} comes without its keys, {keys}; set them in its editor.</source>
            <translation>{title} 不带其按键 {keys}；请在其编辑器中设置。</translation>
        </message>
        <message>
            <source>{title} goes as its words, because something in it is hidden.</source>
            <translation>{title} 以文字形式发送，因为其中有内容被隐藏。</translation>
        </message>
        <message>
            <source>{title} reads the text in the picture instead.</source>
            <translation>{title}改为读取图片中的文字。</translation>
        </message>
        <message>
            <source>{title} – Kireji help</source>
            <translation>{title} – Kireji 帮助</translation>
        </message>
        <message>
            <source>{title}, version {version}</source>
            <translation>{title}，版本 {version}</translation>
        </message>
        <message>
            <source>{title}, {row} of {count}</source>
            <translation>{title}，第 {row} 项，共 {count} 项</translation>
        </message>
        <message>
            <source>{title}: a spreadsheet has room for {most} columns; {left_out} are left out.</source>
            <translation>{title}：电子表格最多容纳 {most} 列；略过 {left_out} 列。</translation>
        </message>
        <message>
            <source>{title}: add</source>
            <translation>{title}：添加</translation>
        </message>
        <message>
            <source>{title}: another one</source>
            <translation>{title}：再添加一条</translation>
        </message>
        <message>
            <source>{title}: fold away</source>
            <translation>{title}：折叠</translation>
        </message>
        <message>
            <source>{title}: folded away. Show</source>
            <translation>{title}：已折叠。展开</translation>
        </message>
        <message>
            <source>{title}: show more or fewer</source>
            <translation>{title}：显示更多或更少</translation>
        </message>
        <message>
            <source>{title}: {sentence}</source>
            <translation>{title}：{sentence}</translation>
        </message>
        <message>
            <source>{title}: {words}</source>
            <translation>{title}：{words}</translation>
        </message>
        <message>
            <source>{tokens} attached</source>
            <translation>附件 {tokens}</translation>
        </message>
        <message>
            <source>{tokens} of them are probably still in the service's cache.</source>
            <translation>其中 {tokens} 个可能仍在服务的缓存中。</translation>
        </message>
        <message>
            <source>{tokens}, no room</source>
            <translation>{tokens}，放不下</translation>
        </message>
        <message>
            <source>{tool} asks for permission</source>
            <translation>“{tool}”请求许可</translation>
        </message>
        <message>
            <source>{tool}: about to run</source>
            <translation>{tool}：即将运行</translation>
        </message>
        <message>
            <source>{tool}: being asked for</source>
            <translation>{tool}：正在请求</translation>
        </message>
        <message>
            <source>{tool}: denied</source>
            <translation>{tool}：已拒绝</translation>
        </message>
        <message>
            <source>{tool}: did not run</source>
            <translation>{tool}：未运行</translation>
        </message>
        <message>
            <source>{tool}: done</source>
            <translation>{tool}：完成</translation>
        </message>
        <message>
            <source>{tool}: failed</source>
            <translation>{tool}：失败</translation>
        </message>
        <message>
            <source>{tool}: gave nothing back</source>
            <translation>{tool}：没有返回任何内容</translation>
        </message>
        <message>
            <source>{tool}: running</source>
            <translation>{tool}：正在运行</translation>
        </message>
        <message>
            <source>{tool}: running in another Kireji</source>
            <translation>{tool}：正在另一个 Kireji 中运行</translation>
        </message>
        <message>
            <source>{tool}: was running when the program ended; whether it took effect is not known</source>
            <translation>{tool}：程序结束时正在运行；不清楚是否已生效</translation>
        </message>
        <message>
            <source>{tool}: was running when you stopped the answer</source>
            <translation>{tool}：您停止回答时正在运行</translation>
        </message>
        <message>
            <source>{tool}: {answer}</source>
            <translation>{tool}：{answer}</translation>
        </message>
        <message>
            <source>{tool}: {word}. Change</source>
            <translation>{tool}：{word}。更改</translation>
        </message>
        <message>
            <source>{type} in {unit}</source>
            <translation>{type}，单位 {unit}</translation>
        </message>
        <message>
            <source>{type}: {choices}</source>
            <translation>{type}：{choices}</translation>
        </message>
        <message>
            <source>{url_variable} is set, but {key_variable} is not.</source>
            <translation>已设置 {url_variable}，但没有设置 {key_variable}。</translation>
        </message>
        <message>
            <source>{variable} of the prompt {name} cannot be that.</source>
            <translation>快捷提问 {name} 的 {variable} 不能是这个值。</translation>
        </message>
        <message>
            <source>{variable} of the prompt {name} is a picture, not a text.</source>
            <translation>快捷提问 {name} 的 {variable} 是图片，不是文字。</translation>
        </message>
        <message>
            <source>{version} is there</source>
            <translation>{version} 已发布</translation>
        </message>
        <message>
            <source>{wanted} is not there any more; {model} answers.</source>
            <translation>{wanted} 已不存在；由 {model} 回答。</translation>
        </message>
        <message>
            <source>{what} ({letter} on the picture, Alt+{letter} anywhere)</source>
            <translation>{what}（在图片上按 {letter}，其他位置按 Alt+{letter}）</translation>
        </message>
        <message>
            <source>{what} came from {host} instead of an answer.</source>
            <translation>{host} 返回的是{what}而不是回答。</translation>
        </message>
        <message>
            <source>{what} is described by something that is not a JSON object.</source>
            <translation>{what}的描述不是 JSON 对象。</translation>
        </message>
        <message>
            <source>{what} is too large to open.</source>
            <translation>{what}太大，无法打开。</translation>
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
            <translation>{when}，或更改 openrouter 下的设置。</translation>
        </message>
        <message>
            <source>{where}: {stated} stands there, but the cells above add up to {computed}.</source>
            <translation>{where}：写的是 {stated}，但上方单元格合计为 {computed}。</translation>
        </message>
        <message>
            <source>{where}: {stated} stands there, but the cells give {computed}.</source>
            <translation>{where}：写的是 {stated}，但由单元格算得 {computed}。</translation>
        </message>
        <message>
            <source>{where}: {stated} stands there, but {words} gives {computed}.</source>
            <translation>{where}：写的是 {stated}，但 {words} 得 {computed}。</translation>
        </message>
        <message>
            <source>{who} has no batch service for {model}.</source>
            <translation>{who} 没有用于 {model} 的批处理服务。</translation>
        </message>
        <message>
            <source>{who}'s batches take no pictures from this computer, only from the web.</source>
            <translation>{who} 的批处理不接受本机的图片，只接受网络图片。</translation>
        </message>
        <message>
            <source>{who}; asked because the conversation contained text from {outside}</source>
            <translation>{who}；询问原因：对话含有来自{outside}的文字</translation>
        </message>
        <message>
            <source>{who}; asked because {why}</source>
            <translation>{who}；询问原因：{why}</translation>
        </message>
        <message>
            <source>{why} Nobody can tell whether {rows} rows of this job are with the service. Look at its own list of batches, then say whether they are to be sent again or count as failed.</source>
            <translation>{why} 无法得知此任务的 {rows} 行是否在服务处。请查看服务自己的批次列表，然后决定重新发送还是计为失败。</translation>
        </message>
        <message>
            <source>{words} ({number})</source>
            <translation>{words} ({number})</translation>
        </message>
        <message>
            <source>{words} ({number}): {items}</source>
            <translation>{words} ({number})：{items}</translation>
        </message>
        <message>
            <source>{words} {done} of {total}</source>
            <translation>{words} {done} / {total}</translation>
        </message>
        <message>
            <source>{words}, and up to {amount} under way</source>
            <translation>{words}，另有最多 {amount} 进行中</translation>
        </message>
        <message>
            <source>{words}, {percent} % from the cache</source>
            <translation>{words}，{percent}% 来自缓存</translation>
        </message>
        <message>
            <source>“Capture after a delay” waits</source>
            <translation>“延迟后截取”等待</translation>
        </message>
        <message>
            <source>“{field}” cannot be {got}.</source>
            <translation>“{field}”不能是{got}。</translation>
        </message>
        <message>
            <source>“{name}” cannot be read.</source>
            <translation>无法读取“{name}”。</translation>
        </message>
        <message>
            <source>“{name}” is neither lines of JSON (.jsonl), nor a table (.csv), nor a picture.</source>
            <translation>“{name}”既不是逐行 JSON (.jsonl)，也不是表格 (.csv) 或图片。</translation>
        </message>
        <message>
            <source>“{name}” is not a JSON object.</source>
            <translation>“{name}”不是 JSON 对象。</translation>
        </message>
        <message>
            <source>“{name}” is not known here: a line has prompt, image and id.</source>
            <translation type="vanished">无法识别“{name}”：一行包含 prompt、image 和 id。</translation>
        </message>
        <message>
            <source>“{name}” is not known here: a line has prompt, image, images and id.</source>
            <translation>“{name}”在此无效：一行可以有 prompt、image、images 和 id。</translation>
        </message>
        <message>
            <source>“{name}” is not known here; did you mean “{close}”?</source>
            <translation>无法识别“{name}”；是否指“{close}”？</translation>
        </message>
        <message>
            <source>“{name}” is too large for a schema.</source>
            <translation>“{name}”太大，不能作为架构。</translation>
        </message>
        <message>
            <source>“{program}” could not be started: the process that starts it was ended.</source>
            <translation>无法启动“{program}”：启动它的进程已被结束。</translation>
        </message>
        <message>
            <source>“{program}” could not be started: {reason}.</source>
            <translation>无法启动“{program}”：{reason}。</translation>
        </message>
        <message>
            <source>“{program}” did not start in time.</source>
            <translation>“{program}”未能及时启动。</translation>
        </message>
        <message>
            <source>“{title}” has these keys. Choose others.</source>
            <translation>“{title}”已使用这些按键。请选择其他按键。</translation>
        </message>
        <message>
            <source>“{title}” is about the clipboard, and there is no text in it.</source>
            <translation>“{title}”针对剪贴板，但其中没有文字。</translation>
        </message>
        <message>
            <source>“{title}” is about the selected text, and none is selected.</source>
            <translation>“{title}”针对所选文字，但没有选中任何文字。</translation>
        </message>
        <message>
            <source>“{title}” is back in the list</source>
            <translation>“{title}”已回到列表</translation>
        </message>
        <message>
            <source>“{title}” is removed.</source>
            <translation>“{title}”已移除。</translation>
        </message>
        <message>
            <source>“{title}” is saved.</source>
            <translation>“{title}”已保存。</translation>
        </message>
        <message>
            <source>“{title}” is saved. {trouble}</source>
            <translation>“{title}”已保存。{trouble}</translation>
        </message>
        <message>
            <source>“{title}” needs a picture. Capture or attach one.</source>
            <translation>“{title}”需要图片。请截取或附加一张。</translation>
        </message>
        <message>
            <source>“{title}” needs {count} pictures. Capture or attach them.</source>
            <translation>“{title}”需要 {count} 张图片。请截取或附加。</translation>
        </message>
        <message>
            <source>“{title}”, version {version}, is saved.</source>
            <translation>“{title}”版本 {version} 已保存。</translation>
        </message>
        <message>
            <source>“{what}” cannot be carried over to this service's form.</source>
            <translation>“{what}”无法转换为此服务的格式。</translation>
        </message>
        <message>
            <source>“{words}”</source>
            <translation>“{words}”</translation>
        </message>
        <message>
            <source>… and {count} more.</source>
            <translation>… 还有 {count} 个。</translation>
        </message>
        <message>
            <source>… and {more} more characters</source>
            <translation>… 以及另外 {more} 个字符</translation>
        </message>
        <message>
            <source>‹what is selected›</source>
            <translation>‹所选内容›</translation>
        </message>
        <message>
            <source>‹what was copied›</source>
            <translation>‹所复制的内容›</translation>
        </message>
        <message>
            <source>≈ {amount}</source>
            <translation>≈ {amount}</translation>
        </message>
        <message>
            <source>≈ {read} read, {written} written</source>
            <translation>≈ 读取 {read}，写出 {written}</translation>
        </message>
        <message>
            <source>▇▇▇ stands in their place, in the window, on the command line and in the history.</source>
            <translation>在窗口、命令行和历史记录中，以 ▇▇▇ 代替它们。</translation>
        </message>
        <message>
            <source>⟨… {count} more characters …⟩</source>
            <translation>⟨… 还有 {count} 个字符 …⟩</translation>
        </message>
    </context>
</TS>
