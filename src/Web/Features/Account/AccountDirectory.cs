namespace Platform.Web.Features.Account;

public sealed class AccountDirectory;
