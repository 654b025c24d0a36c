namespace Platform.Web.Features.Account;

/// <summary>Marks the texts of sign-in and accounts.</summary>
public sealed class AccountTexts;
