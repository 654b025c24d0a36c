namespace Platform.ModelHost.Engine.Tokens;

/// <summary>One message of a conversation. Content is untrusted text.</summary>
/// <param name="Role">system, user, assistant or tool.</param>
public sealed record ChatTurn(string Role, string Content);
