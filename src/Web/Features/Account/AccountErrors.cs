using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Localization;

namespace Platform.Web.Features.Account;

/// <summary>Identity's complaints in the person's language.</summary>
public sealed class AccountErrors(IStringLocalizer<AccountTexts> texts) : IdentityErrorDescriber
{
    public override IdentityError PasswordTooShort(int length) => Of(nameof(PasswordTooShort), length);

    public override IdentityError PasswordRequiresUniqueChars(int uniqueChars) => Of(nameof(PasswordRequiresUniqueChars), uniqueChars);

    public override IdentityError PasswordMismatch() => Of(nameof(PasswordMismatch));

    public override IdentityError DuplicateEmail(string email) => Of(nameof(DuplicateEmail), email);

    public override IdentityError DuplicateUserName(string userName) => Of(nameof(DuplicateEmail), userName);

    public override IdentityError InvalidEmail(string? email) => Of(nameof(InvalidEmail), email ?? "");

    public override IdentityError InvalidUserName(string? userName) => Of(nameof(InvalidEmail), userName ?? "");

    public override IdentityError ConcurrencyFailure() => Of(nameof(ConcurrencyFailure));

    public override IdentityError DefaultError() => Of(nameof(DefaultError));

    private IdentityError Of(string code, params object[] values) => new() { Code = code, Description = texts[code, values] };
}
