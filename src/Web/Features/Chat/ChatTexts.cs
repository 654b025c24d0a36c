namespace Platform.Web.Features.Chat;

/// <summary>Names the texts of the chat pages for the localiser.</summary>
public sealed class ChatTexts;
