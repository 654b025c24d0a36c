namespace Platform.Training.Datasets.Curation;

/// <summary>What should not be learned by heart. Stored by name: append only.</summary>
public enum SensitiveKind { Email, Phone, Card, ChineseId, Secret, BankAccount, SocialSecurity }

/// <param name="Start">First character in the text, UTF-16.</param>
/// <param name="Length">UTF-16 characters.</param>
public readonly record struct SensitiveSpan(SensitiveKind Kind, int Start, int Length);
