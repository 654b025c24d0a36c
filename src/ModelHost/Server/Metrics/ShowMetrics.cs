using System.Globalization;
using System.Text;
using Platform.ModelHost.Server.Hosting;

namespace Platform.ModelHost.Server.Metrics;

/// <summary>`GET /metrics` in Prometheus's text form.</summary>
internal static class ShowMetrics
{
    public static void MapMetrics(this IEndpointRouteBuilder app) => app.MapGet("/metrics", HandleAsync);

    private static Task HandleAsync(HttpContext http, EngineHost host, ServiceMetrics metrics)
    {
        http.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        return http.Response.WriteAsync(Text(metrics, host), http.RequestAborted);
    }

    private static string Text(ServiceMetrics metrics, EngineHost host)
    {
        var text = new StringBuilder();
        Head("requests_total", "counter", "Answers by route, method and status.");
        foreach (var ((method, route, status), count) in metrics.Requests.OrderBy(request => request.Key))
        {
            text.Append(CultureInfo.InvariantCulture, $"modelhost_requests_total{{route=\"{route}\",method=\"{method}\",status=\"{status}\"}} {count}\n");
        }

        Head("request_seconds", "histogram", "Duration of answers by route, streams to their end.");
        foreach (var (route, histogram) in metrics.RequestSeconds.OrderBy(route => route.Key, StringComparer.Ordinal))
        {
            histogram.Write(text, "modelhost_request_seconds", $"route=\"{route}\"");
        }

        Single("generations_running", "gauge", "Requests that generate or wait to.", metrics.Running);
        Single("prompt_tokens_total", "counter", "Tokens of prompts.", metrics.PromptTokens);
        Single("cached_prompt_tokens_total", "counter", "Tokens of prompts that were in memory already.", metrics.CachedTokens);
        Single("generated_tokens_total", "counter", "Tokens generated.", metrics.GeneratedTokens);
        Times("queue_seconds", "Wait for a slot.", metrics.QueueSeconds);
        Times("prompt_seconds", "Reading of prompts.", metrics.PromptSeconds);
        Times("generation_seconds", "Generation after the first token.", metrics.GenerationSeconds);
        OfModels("steps_total", "Steps begun; each takes all requests that generate one token further.", load => load.Steps, "counter");
        OfModels("slots", "Requests that can generate at once.", load => load.Slots.Count);
        OfModels("slots_busy", "Slots that generate.", load => load.Busy);
        OfModels("queue_length", "Requests that wait for a slot.", load => load.Waiting);
        return text.ToString();

        void Head(string name, string kind, string help) => text.Append(CultureInfo.InvariantCulture, $"# HELP modelhost_{name} {help}\n# TYPE modelhost_{name} {kind}\n");

        void Single(string name, string kind, string help, long value)
        {
            Head(name, kind, help);
            text.Append(CultureInfo.InvariantCulture, $"modelhost_{name} {value}\n");
        }

        void Times(string name, string help, Histogram histogram)
        {
            Head(name, "histogram", help);
            histogram.Write(text, "modelhost_" + name, "");
        }

        void OfModels(string name, string help, Func<Engine.Models.ModelLoad, long> value, string kind = "gauge")
        {
            Head(name, kind, help);
            foreach (var load in host.Engine.Loads)
            {
                text.Append(CultureInfo.InvariantCulture, $"modelhost_{name}{{model=\"{load.ModelId}\"}} {value(load)}\n");
            }
        }
    }
}
