using System.Net.Http.Headers;
using Microsoft.Extensions.Options;
using Platform.ModelHost.Client;

namespace Platform.Web.Supervision;

/// <summary>Watches a model service that somebody else runs, by the one address that every OpenAI-compatible service has: its list of models.</summary>
public sealed class RemoteModelHost(IOptions<ModelHostOptions> options, ModelHostStatus status, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
        if (options.Value.ApiKey.Length > 0)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", options.Value.ApiKey);
        }

        while (!stoppingToken.IsCancellationRequested)
        {
            status.Set(await AskAsync(client, stoppingToken));
            await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // The endpoint is configured with or without /v1.
    private static Uri Models(Uri endpoint)
    {
        var root = endpoint.ToString().TrimEnd('/');
        return new Uri(root.EndsWith("/v1", StringComparison.Ordinal) ? $"{root}/models" : $"{root}/v1/models");
    }

    private async Task<ModelHostState> AskAsync(HttpClient client, CancellationToken stopping)
    {
        try
        {
            using var response = await client.GetAsync(Models(options.Value.Endpoint), stopping);
            return response.IsSuccessStatusCode
                ? new ModelHostState(ModelHostPhase.Ready)
                : new ModelHostState(ModelHostPhase.Down, $"The model service at {options.Value.Endpoint} answered {(int)response.StatusCode}.");
        }
        catch (HttpRequestException error)
        {
            return new ModelHostState(ModelHostPhase.Down, $"The model service at {options.Value.Endpoint} cannot be reached: {error.Message}");
        }
        catch (OperationCanceledException)
        {
            return stopping.IsCancellationRequested ? status.Current : new ModelHostState(ModelHostPhase.Down, $"The model service at {options.Value.Endpoint} did not answer within 10 s.");
        }
    }
}
