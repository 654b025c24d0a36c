using Platform.Training.Rows;

namespace Platform.Training.Datasets.Generating;

/// <summary>Questions made by rule from headings and sentences, for machines whose model cannot write good ones. Their answers are sentences of the documents, word for word.</summary>
internal static class RuleQuestions
{
    // What an office's documents hardly ever speak of; each is searched for before it is used.
    private static readonly string[] EnglishElsewhere =
    [
        "the height of the highest mountain on Mars", "the rules of chess boxing", "the price of saffron in the year 1500", "the migration of Arctic terns", "the tuning of a harpsichord", "the recipe of a Sachertorte",
        "the moons of Neptune", "the spelling of Old Norse runes", "the shearing of alpacas", "the depth of Lake Baikal", "the varnish of Cremonese violins", "the plumage of birds of paradise",
        "the eruption of Krakatoa", "the steps of the Viennese waltz", "the pruning of bonsai", "the coronation of Charlemagne", "the flight of bumblebees", "the glaze of Ming porcelain",
        "the ingredients of gunpowder", "the hatching of sea turtles", "the orbit of Halley's comet", "the training of falcons", "the libretto of the Magic Flute", "the ripening of Roquefort",
    ];
    private static readonly string[] ChineseElsewhere =
    [
        "火星上最高的山有多高", "国际象棋拳击的规则", "十六世纪藏红花的价格", "北极燕鸥的迁徙路线", "羽管键琴如何调音", "萨赫蛋糕的做法",
        "海王星有哪些卫星", "甲骨文怎样释读", "羊驼毛怎样修剪", "贝加尔湖有多深", "古琴的漆面怎样修复", "极乐鸟的羽毛是什么颜色",
        "喀拉喀托火山何时喷发", "维也纳华尔兹的舞步", "盆景怎样修枝", "查理大帝何时加冕", "熊蜂为什么能飞", "明代青花瓷的釉料",
        "黑火药的配方", "海龟在哪里产卵", "哈雷彗星的轨道周期", "猎鹰怎样驯养", "《魔笛》的唱词", "蓝纹奶酪怎样成熟",
    ];

    /// <summary>Questions that no document answers, in either language: more are not known.</summary>
    public static int Refusals => EnglishElsewhere.Length;

    public static TrainingRow? Of(QuestionKind kind, SourceSentence sentence, SourceSentence? other, string question) => kind switch
    {
        QuestionKind.Fact or QuestionKind.Procedure when sentence.Heading.Length > 0 => TrainingRow.Answer(question, sentence.Text),
        QuestionKind.Reverse => TrainingRow.Answer(question, Place(sentence)),
        QuestionKind.MultiHop when other is not null && sentence.Heading.Length > 0 && other.Heading.Length > 0 => TrainingRow.Answer(question, $"{sentence.Text}{(sentence.IsChinese ? "" : " ")}{other.Text}"),
        _ => null,
    };

    public static string Question(QuestionKind kind, SourceSentence sentence, SourceSentence? other)
    {
        var (chinese, heading, others) = (sentence.IsChinese, Called(sentence), other is null ? "" : Called(other));
        var place = sentence.Passage.Ordinal + sentence.Start; // forms change from sentence to sentence, and are the same each time
        string About() => chinese ? Pick(place, $"关于“{heading}”，文件里怎么说？", $"文件对“{heading}”有什么规定？", $"请说明“{heading}”。")
            : Pick(place, $"What do the documents say about {heading}?", $"What holds for {heading}?", $"Tell me about {heading}.");
        return kind switch
        {
            QuestionKind.Procedure => chinese ? Pick(place, $"“{heading}”应该怎么做？", $"如何处理“{heading}”？") : Pick(place, $"What is to be done about {heading}?", $"How does {heading} work?"),
            QuestionKind.Reverse => chinese ? $"哪份文件写着：“{sentence.Text}”？" : $"Which document says: \"{sentence.Text}\"",
            QuestionKind.MultiHop when other is not null => chinese ? $"文件对“{heading}”和“{others}”分别怎么说？" : $"What do the documents say about {heading}, and what about {others}?",
            _ => About(),
        };
    }

    /// <summary>A question that no document answers, if the search agrees.</summary>
    /// <param name="topic">Below <see cref="Refusals"/>.</param>
    public static (string Question, string Answer) Refusal(int topic, bool chinese)
    {
        var topics = chinese ? ChineseElsewhere : EnglishElsewhere;
        var asked = topics[topic];
        return chinese ? ($"{asked}？", "文件里没有这方面的内容。") : ($"What do the documents say about {asked}?", "The documents do not say anything about that.");
    }

    /// <summary>A heading without the number that it stands under: 3.1 Annual leave.</summary>
    private static string Called(SourceSentence sentence) => sentence.Heading.TrimStart([.. "0123456789.、 \u3000"]) is { Length: > 0 } words ? words : sentence.Heading;

    private static string Place(SourceSentence sentence) => sentence.IsChinese
        ? $"《{sentence.Document.Name}》{(sentence.Heading.Length > 0 ? $"的“{sentence.Heading}”一节" : "")}。"
        : $"{sentence.Document.Name}{(sentence.Heading.Length > 0 ? $", in the section \"{sentence.Heading}\"" : "")}.";

    private static string Pick(int place, params ReadOnlySpan<string> forms) => forms[place % forms.Length];
}
