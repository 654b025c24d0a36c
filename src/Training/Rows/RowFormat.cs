namespace Platform.Training.Rows;

/// <summary>The ways in which people write rows down.</summary>
public enum RowFormat
{
    /// <summary>{"messages":[{"role","content"}], "tools"?} of OpenAI.</summary>
    Messages,

    /// <summary>{"instruction","input"?,"output","system"?,"history"?} of Alpaca.</summary>
    Alpaca,

    /// <summary>{"conversations":[{"from","value"}],"system"?} of ShareGPT.</summary>
    ShareGpt,

    /// <summary>{"prompt","completion"}, {"prompt","response"} or {"question","answer"}.</summary>
    Pair,

    /// <summary>{"prompt"|"messages"|"conversations"|"instruction","chosen","rejected"}, or OpenAI's {"input","preferred_output","non_preferred_output"}.</summary>
    Preference,

    /// <summary>{"text"}.</summary>
    Text,
}
