using Microsoft.AspNetCore.Components;
using Platform.Agents.Answering;
using Platform.Agents.Conversations;
using Platform.Agents.Definitions;
using Platform.Agents.Runs;

namespace Platform.Web.Features.Chat;

/// <summary>Who answers: the documents, another model, or an agent.</summary>
public sealed partial class ChatPage
{
    private ConversationSubject subject = ConversationSubject.Documents;
    private AgentVersion? agent;
    private bool modelGone, onlyQuotes;
    private string? weakModel; // of the agent

    [Inject] private ChatSubjects Subjects { get; set; } = default!;

    /// <summary>The agent that a new chat begins with, by its id.</summary>
    [SupplyParameterFromQuery(Name = "agent")] public string? AgentWanted { get; set; }

    // The agent that reads what is kept: null for one that reads no notes.
    private AgentVersion? Remembering => agent is { Definition.Memory.Scope: MemoryScope.User or MemoryScope.Shared } ? agent : null;

    private EventCallback<string> Remember => Remembering is null ? default : EventCallback.Factory.Create<string>(this, text => remember?.OpenAsync(text) ?? Task.CompletedTask);

    private bool AgentGone => !loading && subject.AgentId is not null && agent is null;

    private bool SubjectGone => AgentGone || modelGone;

    private string GoneSentence => AgentGone ? Texts["AgentGoneText"] : Texts["ModelGoneText", subject.Model];

    private async Task ReadSubjectAsync(ConversationSubject now) => Know(await LookUpAsync(now));

    // A model that cannot be looked for, because the service is away, is not gone: asking says what is wrong.
    private async Task<Answering> LookUpAsync(ConversationSubject now)
    {
        var found = now.AgentId is { } id ? await Subjects.PublishedAsync(caller, id, gone.Token) : null;
        var served = now.Model.Length > 0 ? await Subjects.ModelsAsync(gone.Token) : null;
        var model = served?.FirstOrDefault(one => one.Id == now.Model);
        var weak = found is null ? null : await Subjects.WeakModelAsync(found.Definition, gone.Token);
        return new(now, found, served is not null && model is null, model is { CanAnswer: false } && !now.WithoutDocuments, weak);
    }

    private void Know(Answering now) => (subject, agent, modelGone, onlyQuotes, weakModel) = (now.Subject, now.Agent, now.ModelGone, now.OnlyQuotes, now.WeakModel);

    private Task<bool> ChooseSubjectAsync(ConversationSubject chosenNow) => TryAsync(async () =>
    {
        if (conversation is not null)
        {
            await conversations.SetSubjectAsync(caller, conversation.Id, chosenNow, gone.Token);
        }
        await ReadSubjectAsync(chosenNow);
    });

    private Task<bool> LeaveOutDocumentsAsync(bool without) => ChooseSubjectAsync(subject with { WithoutDocuments = without });

    // Who chooses documents wants to have them looked into.
    private async Task ChooseBasesAsync(IReadOnlyList<Guid> baseIds)
    {
        if (await ChooseAsync(baseIds) && subject.WithoutDocuments)
        {
            await LeaveOutDocumentsAsync(false);
        }
    }

    private async Task<StartRun> StartOfAsync(Guid conversationId, string question, MessageModel? versionOf) => new(Guid.NewGuid(), conversationId, question, agent is null && subject.WithoutDocuments ? AnswerMode.Plain : AnswerMode.Auto, versionOf?.Id)
    {
        Agent = agent is null ? null : await Subjects.TaskAsync(caller, agent), Model = agent is null ? subject.Model : "",
    };

    private sealed record Answering(ConversationSubject Subject, AgentVersion? Agent, bool ModelGone, bool OnlyQuotes, string? WeakModel);

    private Task<bool> ShowTraceAsync(MessageModel message) => TryAsync(async () =>
    {
        if (message.RunId is { } run)
        {
            message.Show(await Subjects.TraceAsync(caller, run, gone.Token));
        }
    });
}
