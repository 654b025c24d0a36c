using Platform.ModelHost.Engine;
using Platform.ModelHost.Engine.Models;

namespace Platform.ModelHost.Server.Tokens;

/// <summary>The model of endpoints that need not name one: the one that answers where none is named, else the first that is loaded.</summary>
internal static class UsualModel
{
    public static ValueTask<HeldModel> HoldAsync(string? id, ModelEngine engine, CancellationToken cancellation) =>
        engine.HoldAsync(id is { Length: > 0 } ? id : engine.UsualChatModel ?? engine.Models.Select(loaded => loaded.Id).FirstOrDefault(""), cancellation); // none is refused by its empty name
}
