using ModelContextProtocol.Protocol;

namespace Platform.Agents.Tools.Mcp;

/// <summary>The request of a call, as it went out. The library gives it its id and, where the call is cancelled, may leave the server without a word of that: what it registers last it runs first, and the rest not at all.</summary>
internal sealed class SentCall
{
    private static readonly AsyncLocal<SentCall?> Underway = new();

    /// <summary>The one that this flow of control makes; null where it makes none.</summary>
    public static SentCall? Current => Underway.Value;

    /// <summary>Whether its answer was broken off for its size. Over HTTP alone, where each call has an answer of its own.</summary>
    public bool IsTooLarge { get; private set; }

    /// <summary>Null before it went out.</summary>
    public RequestId? Id { get; private set; }

    /// <summary>Begins to look out for the request that goes out next in this flow of control.</summary>
    public static SentCall Begin() => Underway.Value = new();

    /// <summary>Called by the transport before it breaks off an answer that is too large.</summary>
    public void Break() => IsTooLarge = true;

    /// <summary>Called by the transport with each message that goes out.</summary>
    public static void Note(JsonRpcMessage message)
    {
        if (Underway.Value is { } call && message is JsonRpcRequest { Method: RequestMethods.ToolsCall } request)
            call.Id = request.Id;
    }
}
