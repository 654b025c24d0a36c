namespace Platform.ModelHost.Client;

/// <summary>Keys of AdditionalProperties that our chat client sets: of updates, which then carry no text, and of calls.</summary>
public static class ChatUpdateKeys
{
    /// <summary>string: name of the engine that answered, in the last update.</summary>
    public const string Engine = "engine";

    /// <summary>int: requests before this one, itself included; 1 is next.</summary>
    public const string QueuePosition = "queue_position";

    /// <summary>int: prompt tokens read so far. Only when the request set AdditionalProperties["return_progress"] = true.</summary>
    public const string PromptProcessed = "prompt_processed";

    /// <summary>int: prompt tokens in all, with <see cref="PromptProcessed"/>.</summary>
    public const string PromptTotal = "prompt_total";

    /// <summary><see cref="ServedTimings"/>, near the end of the answer.</summary>
    public const string Timings = "timings";

    /// <summary><see cref="CallProgress"/>: a part of a call was written. The call itself comes once it is whole.</summary>
    public const string CallProgress = "call_progress";

    /// <summary>string, of a FunctionCallContent whose arguments are no JSON object: what the model wrote. It has no Arguments then, and its Exception says why. Sent back as it is.</summary>
    public const string RawArguments = "raw_arguments";
}
