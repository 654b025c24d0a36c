using System.Collections.Frozen;

namespace Platform.Retrieval.Search;

/// <summary>Words that carry a question's grammar and not its subject.</summary>
internal static class StopWords
{
    /// <summary>Lower-case, unstemmed, apostrophes removed.</summary>
    public static readonly FrozenSet<string> English = Words("""
        a about above after again all also am an and any are arent as at be because been before being below between both but by can cannot cant could couldnt
        did didnt do does doesnt doing dont down during each either else ever every few for from further get gets give given go had hadnt has hasnt have havent having
        he her here hers herself him himself his how however i if im in into is isnt it its itself ive just know let like many me might more most much must my myself
        neither no nor not of off often on once only or other our ours ourselves out over own per please rather same shall she should shouldnt so some such tell than that
        thats the their theirs them themselves then there these they this those though through thus to too under until up upon us very via was wasnt we were werent what
        whats when where whereas whether which while who whom whose why will with within without wont would wouldnt yes yet you your youre yours yourself yourselves
        """).ToFrozenSet();

    private static readonly FrozenSet<string> Chinese = Words("""
        的 吗 呢 吧 嘛 啊 呀 么 了 是 我 你 您 他 她 它 们 这 那 哪 有 在 和 与 及 或 把 被 就 都 也 还 又 很 请 几 谁 之 其 于 而 则 若
        嗎 麼 個 們 這 還 與 請 幾 誰 於 則 個
        什么 怎么 怎样 怎么样 为什么 为何 如何 多少 多久 多长 多大 多高 多远 几个 哪些 哪个 哪里 哪儿 哪种 何时 何处 何种 是否 能否 可否 有没有 是不是 能不能 可不可以
        什么时候 什么样 什么地方 请问 告诉我 我们 你们 他们 她们 它们 这个 那个 这些 那些 这里 那里 一个 一些 一下 可以 能够 应该 应当 需要 以及 或者 并且 而且 但是 因为 所以 如果 那么
        关于 对于 通过 根据 按照 进行 多少钱 为了 由于 其中 之间 之后 之前 还是 就是 不是 才能 会不会 要不要 有哪些 有什么 是什么 是谁
        什麼 怎麼 怎樣 怎麼樣 為什麼 為何 多長 幾個 哪個 哪裡 何時 何處 何種 是誰 有沒有 什麼時候 我們 你們 他們 這個 那個 這些 一個 應該 應當 以及 關於 對於 通過 根據 是什麼 有什麼
        """).ToFrozenSet();

    /// <summary>Words that hold a stop character but mean something.</summary>
    private static readonly FrozenSet<string> Protected = Words("""
        目的 标的 的士 了解 终了 其他 其它 他人 其余 是非 实是 所有 拥有 有限 有效 有关 享有 有权 持有 占有 具有 含有 共有 国有 私有 有偿 有害 有期 有机 有序 有形 公有 有毒 原有 现有
        现在 存在 在职 在岗 在校 在线 在家 在途 内在 潜在 在建 在内 和解 和平 饱和 总和 和谐 温和 参与 与会 赠与 及时 涉及 普及 以及 及格 首都 都市 还款 归还 返还 偿还 退还
        申请 请假 请求 邀请 请示 报请 聘请 把握 被告 被子 几何 就业 就医 就餐 就诊 成就 就职 之一 基于 关于 规则 原则 准则 细则 总则 附则 终于 低于 高于 少于 多于 大于 小于 等于 属于 由于
        目標 標的 瞭解 擁有 有關 享有 參與 涉及 申請 請假 原則 規則 總則 於是 關於 屬於 歸還 返還 現在
        """).ToFrozenSet();

    private const int LongestChinese = 4;

    /// <summary>For each UTF-16 position of a Chinese run: true when it belongs to a stop word (longest match from the left; protected words win at the same place).</summary>
    public static bool[] MarkChinese(ReadOnlySpan<char> run)
    {
        var marked = new bool[run.Length];
        var protects = Protected.GetAlternateLookup<ReadOnlySpan<char>>();
        var stops = Chinese.GetAlternateLookup<ReadOnlySpan<char>>();
        for (var i = 0; i < run.Length;)
        {
            var width = 1;
            for (var length = Math.Min(LongestChinese, run.Length - i); length >= 1; length--)
            {
                var candidate = run.Slice(i, length);
                var isStop = stops.Contains(candidate);
                if (!isStop && !protects.Contains(candidate)) continue;
                if (isStop) marked.AsSpan(i, length).Fill(true);
                width = length;
                break;
            }
            i += width;
        }
        return marked;
    }

    private static string[] Words(string list) => list.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
}
