namespace Platform.ModelHost.Client;

/// <summary>A model that the service lists.</summary>
/// <param name="CanChat">By the service's word; where it says nothing, by the name.</param>
/// <param name="CanEmbed">By the service's word; where it says nothing, by the name (then name it in ModelHost:EmbeddingModel if the guess is wrong).</param>
/// <param name="CanAnswer">False when the model's card says its own words are not answers: Quote mode is then the default. True where the service does not say.</param>
/// <param name="ContextTokens">Tokens that one request may take; 4,096 where the service does not say.</param>
/// <param name="EmbeddingLength">Numbers of a vector; 0 where the service does not say.</param>
/// <param name="SizeBytes">Bytes of the weights; 0 where the service does not say.</param>
public sealed record ServedModel(string Id, bool CanChat, bool CanEmbed, bool CanAnswer, int ContextTokens, int EmbeddingLength, long SizeBytes)
{
    /// <summary>SHA-256 of the weights' file, in hexadecimal: another model under the same name has another. Empty where the service does not say.</summary>
    public string Sha256 { get; init; } = "";

    /// <summary>It is made to judge documents; by the service's word, or where it says nothing, by the name.</summary>
    public bool CanRerank { get; init; }

    /// <summary>It is there to stay; false where the service does not say.</summary>
    public bool IsPinned { get; init; }
}
