namespace Platform.ModelHost.Engine.Tokens.Answers;

/// <summary>How a model writes calls: Open, then for each call BeforeName, the name, AfterName, the arguments, AfterArguments, with Between between two, and Close.</summary>
/// <param name="Between">Null where the model makes one call at a time.</param>
/// <param name="Pairs">How arguments are written that are not JSON; null for JSON.</param>
internal sealed record ToolCallFormat(string Open, string BeforeName, string AfterName, string AfterArguments, string? Between, string Close, PairFormat? Pairs = null)
{
    /// <summary>Stands for an id that the model makes up.</summary>
    internal const char Id = '\u0001';

    private const int LongestTrigger = 64; // what a grammar takes

    /// <summary>What is asked of a model whose template shows no calls.</summary>
    internal static ToolCallFormat Plain { get; } = new("", "<tool_call>\n{\"name\": \"", "\", \"arguments\": ", "}\n</tool_call>", "\n", "");

    /// <summary>The control token of <see cref="List"/>.</summary>
    internal const string ListMark = "<|tool_call|>";

    /// <summary>What Granite and Phi write, though their templates show no calls.</summary>
    internal static ToolCallFormat List { get; } = new(ListMark + "[", "{\"name\": \"", "\", \"arguments\": ", "}", ", ", "]");

    /// <summary>What gpt-oss writes, from the channel of calls on.</summary>
    internal static ToolCallFormat Harmony { get; } = new("", "<|channel|>commentary to=functions.", " <|constrain|>json<|message|>", "", null, "");

    /// <summary>A call, to show a model that was not told by its template.</summary>
    internal string Example
    {
        get
        {
            var arguments = Pairs is null ? "{\"argument\": \"value\"}" : $"{Pairs.BeforeKey}argument{Pairs.AfterKey}value{Pairs.AfterValue}";
            return $"{Open}{BeforeName}name{AfterName}{arguments}{AfterArguments}{Close}".Replace(Id.ToString(), "abc123def", StringComparison.Ordinal);
        }
    }

    /// <summary>No mark stands before the JSON object of a call, as Llama 3 writes it.</summary>
    internal bool IsBare => (Open + BeforeName).StartsWith('{');

    /// <summary>The text at which calls begin; the format begins with it.</summary>
    internal string Trigger
    {
        get
        {
            var start = Open + BeforeName;
            var end = start[0] switch { '<' => start.IndexOf('>', StringComparison.Ordinal), '[' => start.IndexOf(']', StringComparison.Ordinal), _ => -1 };
            var mark = end > 0 && this != Harmony ? start[..(end + 1)] : start;
            mark = mark.Split(Id)[0];
            return mark[..Math.Min(mark.Length, LongestTrigger)];
        }
    }
}

/// <summary>Arguments as pairs: BeforeKey, the key, AfterKey, the value, AfterValue. Texts stand bare, other values as JSON.</summary>
internal sealed record PairFormat(string BeforeKey, string AfterKey, string AfterValue);
