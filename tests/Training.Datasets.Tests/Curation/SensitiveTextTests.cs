using Platform.Training.Datasets.Curation;

namespace Platform.Training.Datasets.Tests.Curation;

public sealed class SensitiveTextTests
{
    [Theory]
    [InlineData("Write to ana.lee+hr@mail.example.co.uk today.", "Write to [email] today.")]
    [InlineData("联系人：wang@example.com，电话13812345678。", "联系人：[email]，电话[phone]。")]
    [InlineData("Call +44 20 7946 0958 or (212) 555-0142.", "Call [phone] or [phone].")]
    [InlineData("Office: 010-62345678; 212-555-0142", "Office: [phone]; [phone]")]
    [InlineData("Card 4111 1111 1111 1111, thanks", "Card [card], thanks")]
    [InlineData("Li Lei,13812345678", "Li Lei,[phone]")]
    [InlineData("7,13812345678,42", "7,[phone],42")]
    [InlineData("Tel.13812345678", "Tel.[phone]")]
    [InlineData("no-4111111111111111,123", "no-[card],123")]
    [InlineData("Office: 010 12345678", "Office: [phone]")]
    [InlineData("Free: 1-800-555-0199", "Free: [phone]")]
    [InlineData("身份证 11010519491231002X", "身份证 [id]")]
    [InlineData("key sk-abcdEFGH1234567890abcd ends", "key [secret] ends")]
    [InlineData("password: Tr0ub4dor&3", "password: [secret]")]
    [InlineData("密码是abc12345xyz。", "密码是[secret]。")]
    [InlineData("AKIAIOSFODNN7EXAMPLE", "[secret]")]
    [InlineData("with pk-0123456789abcdefghijABCDEFGHIJ0123456789 it", "with [secret] it")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nMIIEv\nabc=\n-----END PRIVATE KEY-----", "[secret]")]
    [InlineData("-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA7bq5\nq0r9ZtQzXk1mWw8vTj2s=\nKeep it safe.", "[secret]\nKeep it safe.")]
    [InlineData("{\"private_key\": \"-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBgkqhkiG9w0B\\nAQEFAASCBKcwggSj\\n-----END PRIVATE KEY-----\\n\"}", "{\"private_key\": \"[secret]\\n\"}")]
    [InlineData("KEY=\"-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBgkqhkiG9w0B\\nAQEFAASCBKcwggSj", "KEY=\"[secret]")]
    [InlineData("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0A1B2C3D4E5F\n\nMIIEpAIBAAKCAQEA7bq5\nKeep it safe.", "[secret]\nKeep it safe.")]
    [InlineData("-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: GnuPG v2\n\nlQOYBF0AAAABCADKJtY\n=ab1c\n-----END PGP PRIVATE KEY BLOCK-----.", "[secret].")]
    [InlineData("电话：１３８１２３４５６７８，谢谢", "电话：[phone]，谢谢")]
    [InlineData("身份证：１１０１０５１９４９１２３１００２Ｘ", "身份证：[id]")]
    [InlineData("Call +86 138-1234-5678 or +8613812345678.", "Call [phone] or [phone].")]
    [InlineData("Pay to DE89 3704 0044 0532 0130 00 today, or GB29NWBK60161331926819.", "Pay to [iban] today, or [iban].")]
    [InlineData("ES91 2100 0418 4502 0005 1332 BIC CAIXESBBXXX", "[iban] BIC CAIXESBBXXX")]
    [InlineData("AT61 1904 3002 3457 3201 BKAU ATWW XXX", "[iban] BKAU ATWW XXX")]
    [InlineData("BE68 5390 0754 7034 EUR 2024", "[iban] EUR 2024")]
    [InlineData("AT61 1904 3002 3457 3201 DE89 3704 0044 0532 0130 00", "[iban] [iban]")]
    [InlineData("REF1 or FORM DE89 3704 0044 0532 0130 00 USD", "REF1 or FORM [iban] USD")]
    [InlineData("SSN 219-09-9999", "SSN [ssn]")]
    public void What_is_personal_or_secret_is_masked_by_its_kind(string text, string masked)
    {
        Assert.Equal(masked, SensitiveText.Mask(text));
        Assert.Equal(masked, SensitiveText.Mask(masked));
    }

    [Theory]
    [InlineData("On 2026-11-22 we sold 1,234,567 units for 12.50 each.")]
    [InlineData("Order 4111 1111 1111 1112 is no card: its check digit is wrong.")]
    [InlineData("编号110105194912310021不是身份证。")]
    [InlineData("0000 0000 0000 0000")]
    [InlineData("The index rose by +12.50, and 3.13812345678 is no number of a phone.")]
    [InlineData("A password must have twelve characters; the token is a word.")]
    [InlineData("Version 10.0.14 of 2024.01.15, ISBN 978-3-16-148410-0, hash 9f86d081884c7d65")]
    [InlineData("DE88 3704 0044 0532 0130 00 has wrong check digits; part 000-12-3456 and 912-34-5678 are no numbers of people.")]
    [InlineData("AT61 1904 3002 3457 3202 EUR has a wrong digit.")]
    [InlineData("The handle @ana and the file a@b are not addresses.")]
    public void Figures_dates_and_words_stay(string text) => Assert.Equal(text, SensitiveText.Mask(text));

    [Fact]
    public void Finds_do_not_overlap_and_stand_in_order()
    {
        var found = SensitiveText.Find("13812345678 a@example.com sk-abcdEFGH1234567890abcd 4111111111111111");
        Assert.Equal([SensitiveKind.Phone, SensitiveKind.Email, SensitiveKind.Secret, SensitiveKind.Card], found.Select(span => span.Kind));
        Assert.All(found.Zip(found.Skip(1)), pair => Assert.True(pair.First.Start + pair.First.Length <= pair.Second.Start));
    }
}
