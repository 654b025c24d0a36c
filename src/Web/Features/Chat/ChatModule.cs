namespace Platform.Web.Features.Chat;

/// <summary>Registers what the chat pages need.</summary>
public static class ChatModule
{
    public static IServiceCollection AddChat(this IServiceCollection services) =>
        services.AddSingleton<ConversationSignals>().AddScoped<ChatWindow>().AddScoped<QuestionIdeas>().AddScoped<ChatSubjects>();
}
