namespace Platform.ModelHost.Client.Engines;

/// <summary>Which request fields beyond OpenAI's an engine takes. Strict services refuse what they do not know.</summary>
internal enum EngineDialect { Plain, Vllm, LlamaCpp, Platform }

/// <summary>What becomes of a field that only some engines know.</summary>
internal static class ExtensionFields
{
    /// <summary>OpenAI's own fields that have no place in ChatOptions.</summary>
    private static readonly HashSet<string> OpenAi =
    [
        "n", "logprobs", "top_logprobs", "logit_bias", "user", "metadata", "store", "max_completion_tokens", "reasoning_effort", "response_format",
        "tools", "tool_choice", "parallel_tool_calls", "service_tier", "prediction", "modalities",
    ];

    private static readonly HashSet<string> Vllm =
    [
        "top_k", "min_p", "repetition_penalty", "ignore_eos", "stop_token_ids", "skip_special_tokens", "chat_template_kwargs", "add_generation_prompt",
    ];

    private static readonly HashSet<string> OursAlone =
    [
        "verbatim", "num_beams", "length_penalty", "top_p_decay", "top_p_floor", "no_repeat_ngram_size", "speculation", "truncate", "input_type", Measuring.Key,
    ];

    /// <summary>Without these an answer would not be what was asked for; the others make it quicker or finer, and may be left out.</summary>
    private static readonly HashSet<string> Needed = ["verbatim", "num_beams", "lora", "grammar", "json_schema"];

    /// <summary>The engine knows the field.</summary>
    internal static bool IsKnown(EngineDialect dialect, string field) => OpenAi.Contains(field) || dialect switch
    {
        EngineDialect.Platform => true,
        EngineDialect.LlamaCpp => !OursAlone.Contains(field),
        EngineDialect.Vllm => Vllm.Contains(field),
        _ => false,
    };

    /// <summary>The first of the fields that the engine would have to know and does not, or null.</summary>
    internal static string? Missing(EngineDialect dialect, IEnumerable<string> fields) => fields.FirstOrDefault(field => Needed.Contains(field) && !IsKnown(dialect, field));
}
