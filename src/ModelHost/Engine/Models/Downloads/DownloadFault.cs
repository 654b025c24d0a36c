namespace Platform.ModelHost.Engine.Models.Downloads;

/// <summary>Why a download stopped. The message says what happened and what to do; no query of an address is in it, for those carry signatures.</summary>
internal sealed class DownloadFault(string code, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>hub_unreachable, connection_cut, rate_limited, unauthorized, not_found, redirect_refused, hub_error, file_changed, no_space, cannot_write, hash_mismatch, invalid_model, already_exists, interrupted, internal_error.</summary>
    internal string Code { get; } = code;

    /// <summary>Another try may succeed.</summary>
    internal bool MayPass { get; init; }

    /// <summary>When to try again, where it is known.</summary>
    internal TimeSpan? RetryAfter { get; init; }
}
