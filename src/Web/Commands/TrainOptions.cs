using System.CommandLine;
using System.Text.RegularExpressions;
using Platform.ModelHost.Client.Admin.Tuning;

namespace Platform.Web.Commands;

/// <summary>What `train` may be told about the training itself: the numbers of the training page, each by the name that is typed and by the service's own.</summary>
internal sealed class TrainOptions
{
    private readonly Option<TuningMethod> method = new("--method") { Description = "supervised, dpo or pretraining (default supervised).", HelpName = "method" };
    private readonly Option<string[]> targets = new("--targets") { Description = "Projections to train, of q, k, v, o, gate, up, down, with spaces or commas between (default: all).", AllowMultipleArgumentsPerToken = true };
    private readonly Option<string?> device = new("--device") { Description = "auto, cpu or gpu (default auto: a card where one can be used)." };
    private readonly Option<string?> precision = new("--precision") { Description = "fast or exact (default fast)." };
    private readonly Option<bool> recompute = new("--recompute") { Description = "Takes less memory and more time." };
    private readonly Option<bool> noEarlyStopping = new("--no-early-stopping") { Description = "Goes on to the last step even where the evaluation loss does not fall any more." };
    private readonly Option<long?> seed = new("--seed") { Description = "Decides what is left to chance (default 42)." };
    private readonly List<(Option Option, string Parameter, Func<ParseResult, IFormattable?> Given)> numbers = [];

    internal TrainOptions()
    {
        Add<int>("--epochs", "n_epochs", "Times through the rows (default 3).");
        Add<double>("--learning-rate", "learning_rate", "Highest learning rate (default 0.0002, dpo 0.00005).");
        Add<int>("--rank", "lora.r", "Rank of the adapter, a multiple of 16 (default 16).");
        Add<int>("--last-layers", "lora.last_layers", "Train only so many layers, counted from the last (default 0: all).");
        Add<int>("--max-steps", "max_steps", "Ends after so many steps, whatever the epochs are.");
        Add<int>("--batch-size", "batch_size", "Rows of a step (default up to 8).");
        Add<double>("--alpha", "lora.alpha", "Weight of the adapter (default twice the rank).");
        Add<double>("--dropout", "lora.dropout", "Share of the adapter's inputs that is left out while it learns (default 0; not with dpo).");
        Add<double>("--warmup", "warmup_ratio", "Share of the steps on which the rate rises (default 0.05).");
        Add<double>("--weight-decay", "weight_decay", "Pull of the weights towards nothing (default 0.1).");
        Add<double>("--max-gradient", "max_grad_norm", "Longer gradients are cut to this length (default 1).");
        Add<double>("--beta", "beta", "Of dpo: how closely it stays with the base (default 0.1).");
        Add<int>("--max-tokens", "sequence_tokens", "Most tokens of a row (default: the longest row's, 2048 at most).");
        Add<int>("--tokens-at-once", "micro_batch_tokens", "Tokens that are computed at once: fewer take less memory.");
        Add<double>("--held-out", "validation_split", "Share of the rows to evaluate on, 0 to 0.5 (default 0.1; not used with --validation).");
        Add<int>("--evaluate-every", "eval_steps", "Steps between evaluations (default: about twenty evaluations).");
        Add<int>("--save-every", "save_steps", "Steps between checkpoints (default: about twenty checkpoints).");
        Add<int>("--patience", "early_stopping.patience", "Ends after so many evaluations that are not better (default 3).");
        Add<double>("--min-delta", "early_stopping.min_delta", "By how much an evaluation must be better to count (default 0.005).");
    }

    /// <summary>In the order of the help.</summary>
    internal IEnumerable<Option> All => [method, .. numbers.Select(number => number.Option), targets, device, precision, recompute, noEarlyStopping, seed];

    /// <summary>What was typed, as the service is asked for it; files and names are the caller's.</summary>
    internal TuningRequest Read(ParseResult parsed)
    {
        var given = numbers.ToDictionary(number => number.Parameter, number => number.Given(parsed));
        return new TuningRequest("", "")
        {
            Method = parsed.GetValue(method), Epochs = Whole("n_epochs"), LearningRate = Number("learning_rate"), Rank = Whole("lora.r"), LastLayers = Whole("lora.last_layers"), MaxSteps = Whole("max_steps"), BatchSize = Whole("batch_size"),
            Alpha = Number("lora.alpha"), Dropout = Number("lora.dropout"), WarmupShare = Number("warmup_ratio"), WeightDecay = Number("weight_decay"), MaxGradient = Number("max_grad_norm"), Beta = Number("beta"),
            SequenceTokens = Whole("sequence_tokens"), MicroBatchTokens = Whole("micro_batch_tokens"), ValidationShare = Number("validation_split"), EvaluateEvery = Whole("eval_steps"), CheckpointEvery = Whole("save_steps"),
            Patience = Whole("early_stopping.patience"), MinDelta = Number("early_stopping.min_delta"), StopsEarly = !parsed.GetValue(noEarlyStopping), GradientCheckpointing = parsed.GetValue(recompute),
            Targets = parsed.GetValue(targets) is { Length: > 0 } named ? [.. named.SelectMany(one => one.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))] : null, Device = parsed.GetValue(device), Precision = parsed.GetValue(precision), Seed = parsed.GetValue(seed) ?? 42,
        };

        int? Whole(string parameter) => (int?)given[parameter];
        double? Number(string parameter) => (double?)given[parameter];
    }

    /// <summary>A refusal of the service in the names that were typed: 'lora.r' is --rank, and q_proj is q.</summary>
    internal string Typed(string refusal)
    {
        ArgumentNullException.ThrowIfNull(refusal);
        (string Parameter, string Name)[] others = [("target_modules", targets.Name), ("device", device.Name), ("precision", precision.Name), ("method.type", method.Name), ("seed", seed.Name)];
        return numbers.Select(number => (number.Parameter, number.Option.Name)).Concat(others)
            .Aggregate(refusal.Replace("_proj", "", StringComparison.Ordinal), (said, one) => Regex.Replace(said, $"'(?:[a-z_.]+\\.)?{Regex.Escape(one.Parameter)}'", one.Item2, RegexOptions.CultureInvariant));
    }

    private void Add<T>(string name, string parameter, string description)
        where T : struct, IFormattable
    {
        Option<T?> option = new(name) { Description = description };
        numbers.Add((option, parameter, parsed => parsed.GetValue(option)));
    }
}
