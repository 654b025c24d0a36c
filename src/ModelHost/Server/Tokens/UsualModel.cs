using Platform.ModelHost.Engine;
using Platform.ModelHost.Engine.Models;

namespace Platform.ModelHost.Server.Tokens;

/// <summary>The model of endpoints that need not name one: the first that chats, else the first.</summary>
internal static class UsualModel
{
    public static ModelInfo Or(string? id, ModelEngine engine) =>
        engine.Find(id is { Length: > 0 } ? id : engine.Models.OrderByDescending(loaded => loaded.IsChat).Select(loaded => loaded.Id).FirstOrDefault("")); // none is refused by its empty name
}
