namespace Platform.ModelHost.Client;

/// <summary>Judges how well documents fit a query, by a served model that is made for it.</summary>
public interface IReranker
{
    /// <summary>One score a document, in order. More is better; what a number means is the model's own. Documents that are too long are cut. Throws ModelHostException, ModelNotFound where no such model is served.</summary>
    Task<IReadOnlyList<float>> ScoreAsync(string query, IReadOnlyList<string> documents, CancellationToken cancellation);
}
