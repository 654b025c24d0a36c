using Platform.ModelHost.Engine.Generation;
using Platform.ModelHost.Engine.Models;
using Platform.ModelHost.Engine.Tokens.Answers;
using Platform.ModelHost.Server.Adapters;
using Platform.ModelHost.Server.Answers;
using Platform.ModelHost.Server.Generating;
using Platform.ModelHost.Server.Hosting;
using Platform.ModelHost.Server.Tokens;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Chat;

/// <summary>A conversation put to a model: the one way of generating that every API here tells in its own words. A caller that leaves ends it; the model stays loaded meanwhile.</summary>
internal sealed class ChatRun : IDisposable
{
    private readonly EngineHost _host;
    private readonly HeldModel _held;
    private readonly CancellationTokenSource _ending;
    private readonly GenerationRequest _generation;
    private readonly ChatPlan _plan;
    private readonly bool _keepsThoughts;

    private ChatRun(ChatCompletionRequest request, EngineHost host, HeldModel held, bool isAdmin, CancellationTokenSource ending)
    {
        (_generation, _plan) = ChatGeneration.Of(request).On(host.Engine);
        _generation = _generation with { MayChooseDraft = isAdmin };
        (_host, _held, _ending) = (host, held, ending);
        _keepsThoughts = request.ReasoningFormat == "none";
    }

    public ModelInfo Model => _held.Info;

    /// <summary>Ends with the caller, and with the service.</summary>
    public CancellationToken Ending => _ending.Token;

    /// <exception cref="RequestRefused">What the request asks for cannot be done.</exception>
    public static async Task<ChatRun> BeginAsync(ChatCompletionRequest request, EngineHost host, HttpContext http)
    {
        SentFields.Remember(http, request.Sent);
        Check(request);
        var ending = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, host.Drained);
        HeldModel? held = null;
        try
        {
            held = await host.HoldChatModelAsync(request.Model, ending.Token);
            return new ChatRun(string.IsNullOrEmpty(request.Model) ? request with { Model = held.Info.Id } : request, host, held, Access.IsAdmin(http), ending);
        }
        catch
        {
            held?.Dispose();
            ending.Dispose();
            throw;
        }
    }

    /// <summary>The prompt that a conversation becomes, and its tokens. A request that names no model means the usual one.</summary>
    /// <inheritdoc cref="BeginAsync"/>
    public static async Task<(string Text, int Tokens)> PromptAsync(ChatCompletionRequest request, EngineHost host, HttpContext http)
    {
        SentFields.Remember(http, request.Sent);
        Check(request);
        using var held = await UsualModel.HoldAsync(request.Model, host.Engine, http.RequestAborted);
        request = string.IsNullOrEmpty(request.Model) ? request with { Model = held.Info.Id } : request;
        var (generation, plan) = ChatGeneration.Of(request).On(host.Engine);
        host.Engine.CheckAdapters(ServedAdapters.Named(generation, host.Engine)); // their tokens are the base's: one that is not there would be counted all the same
        var prompt = plan.Prompt;
        return (prompt, host.Engine.Tokenize(held.Info.Id, prompt, addSpecial: true, parseSpecial: true).Length);
    }

    /// <summary>What happens to the answers, as it happens.</summary>
    public IAsyncEnumerable<AnswerPart> Parts() =>
        new AnswerReading(() => _plan.NewReader(_keepsThoughts), text => _host.Engine.Tokenize(Model.Id, text, false, false).Length).PartsAsync(_host.GenerateAsync(_generation, Ending), Ending);

    public void Dispose()
    {
        _held.Dispose();
        _ending.Dispose();
    }

    private static void Check(ChatCompletionRequest request)
    {
        if (ChatRequestCheck.Refusal(request) is { } problem)
        {
            throw new RequestRefused(problem);
        }
    }
}
