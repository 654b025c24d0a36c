namespace Platform.Web.Features.Keys;

/// <summary>Marks the texts of API keys.</summary>
public sealed class KeysTexts;
