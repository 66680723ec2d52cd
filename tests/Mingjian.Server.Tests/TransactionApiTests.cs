using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Keys;
using Mingjian.Contracts.Members;
using Mingjian.Cryptography;
using Mingjian.Primitives;

namespace Mingjian.Server.Tests;

/// <summary>Bad input: each a clear coded problem in Chinese, never a stack trace.</summary>
[Collection(nameof(DemoServer))]
public sealed class TransactionApiTests(DemoServer demo)
{
    private Browser Officer => demo.People["officer"];

    // Revoking a key that does not exist: carried to the contract, and refused there without any effect.
    private static RevokeKey Harmless => new(LedgerId.New<KeyId>(), KeyRevocationReason.Lost);

    [Theory]
    [InlineData("", "request/malformed")]
    [InlineData("[]", "request/malformed")]
    [InlineData("{\"envelopes\":[{}", "request/malformed")]
    [InlineData("{\"envelopes\":[1]}", "request/malformed")]
    [InlineData("{\"envelopes\":[{}],\"more\":1}", "request/malformed")]
    [InlineData("{\"envelopes\":[]}", "request/empty")]
    [InlineData("{\"envelopes\":[{}]}", "admission/2")]
    [InlineData("{\"envelopes\":[{\"payload\":1}]}", "admission/2")]
    public async Task A_malformed_request_is_answered_with_400(string body, string code)
    {
        var response = await Officer.PostAsync("/api/v1/transactions", body);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(code, await response.CodeAsync());
    }

    [Fact]
    public async Task Another_content_type_is_answered_with_415()
    {
        var token = (await Officer.SessionAsync()).GetProperty("csrfToken").GetString()!;
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/transactions")
        {
            Content = new StringContent("{}", Encoding.UTF8, "text/plain"),
        };
        request.Headers.Add("X-CSRF-TOKEN", token);
        var response = await Officer.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
        Assert.Equal("request/media-type", await response.CodeAsync());
    }

    [Fact]
    public async Task More_envelopes_than_allowed_are_refused()
    {
        var response = await Officer.PostAsync(
            "/api/v1/transactions", $"{{\"envelopes\":[{string.Join(',', Enumerable.Repeat("{}", 1001))}]}}");
        Assert.Equal("request/too-many-envelopes", await response.CodeAsync());
    }

    [Fact]
    public async Task A_body_beyond_the_limit_is_answered_with_413()
    {
        var response = await Officer.PostAsync("/api/v1/transactions", "{\"envelopes\":[\"" + new string('x', (32 << 20) + 10) + "\"]}");
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Equal("request/too-large", await response.CodeAsync());
    }

    [Fact]
    public async Task An_oversized_envelope_is_refused()
    {
        var response = await Officer.SubmitAsync($"{{\"payload\":\"{new string('A', 40_000)}\"}}");
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("admission/1", await response.CodeAsync());
    }

    [Fact]
    public async Task A_truncated_payload_is_refused()
    {
        var payload = Officer.Payload(Harmless);
        var response = await Officer.SubmitAsync(Officer.Sign(payload[..^1]));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("admission/3", await response.CodeAsync());
    }

    [Fact]
    public async Task An_envelope_that_is_not_canonical_is_refused()
    {
        var response = await Officer.SubmitAsync(Officer.Sign(Harmless).Replace("{\"payload\"", "{ \"payload\"", StringComparison.Ordinal));
        Assert.Equal("admission/2", await response.CodeAsync());
    }

    [Fact]
    public async Task A_payload_that_is_not_canonical_is_refused()
    {
        var text = Encoding.UTF8.GetString(Officer.Payload(Harmless)).Replace("\"key\":", "\"key\": ", StringComparison.Ordinal);
        var response = await Officer.SubmitAsync(Officer.Sign(Encoding.UTF8.GetBytes(text)));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("admission/10", await response.CodeAsync());
    }

    [Fact]
    public async Task An_act_for_another_ledger_is_refused()
    {
        var response = await Officer.SubmitAsync(Officer.Sign(Officer.Payload(Harmless, network: NetworkId.Parse("another.mingjian.invalid/1"))));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        Assert.Equal("admission/4", await response.CodeAsync());
    }

    [Theory]
    [InlineData(-1, "admission/6")]
    [InlineData(0, "admission/6")]
    [InlineData((72L * 3600 * 1000) + 1, "admission/7")]
    public async Task An_act_out_of_its_time_is_refused(long milliseconds, string code)
    {
        var response = await Officer.SubmitAsync(Officer.Sign(Officer.Payload(Harmless, demo.Server.Now.AddMilliseconds(milliseconds))));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        Assert.Equal(code, await response.CodeAsync());
    }

    [Fact]
    public async Task An_unknown_command_is_refused()
    {
        var text = Encoding.UTF8.GetString(Officer.Payload(Harmless)).Replace("members.RevokeKey", "members.BurnKey", StringComparison.Ordinal);
        Assert.Equal("admission/8", await (await Officer.SubmitAsync(Officer.Sign(Encoding.UTF8.GetBytes(text)))).CodeAsync());
    }

    [Fact]
    public async Task An_unknown_key_is_refused()
    {
        using var stranger = Es256Signer.Create();
        Assert.Equal("admission/11", await (await Officer.SubmitAsync(Officer.Sign(Harmless, stranger))).CodeAsync());
    }

    [Fact]
    public async Task A_wrong_signature_is_refused()
    {
        var envelope = Officer.Sign(Harmless);
        var other = Officer.Sign(Harmless);
        static string Part(string text, string name)
        {
            var start = text.IndexOf($"\"{name}\":\"", StringComparison.Ordinal);
            return text[start..(text.IndexOf('"', start + name.Length + 4) + 1)];
        }

        var forged = envelope.Replace(Part(envelope, "sig"), Part(other, "sig"), StringComparison.Ordinal);
        Assert.NotEqual(envelope, forged);
        Assert.Equal("admission/13", await (await Officer.SubmitAsync(forged)).CodeAsync());
    }

    [Fact]
    public async Task A_refusal_by_a_contract_carries_its_code_and_its_place_in_the_log_is_told_if_it_has_one()
    {
        var response = await Officer.SubmitAsync(Officer.Sign(Harmless));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("members/1501", problem.GetProperty("code").GetString());
        Assert.False(problem.GetProperty("ok").GetBoolean());
        Assert.Equal("refused", problem.GetProperty("results")[0].GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_final_act_is_found_by_its_id_and_its_repetition_is_named_as_such()
    {
        var command = new IssueInvitation(demo.People["member"].Member, InvitationCode.New().Key, demo.Server.Now.AddMilliseconds(60_000));
        var payload = Officer.Payload(command);
        var envelope = Officer.Sign(payload);
        var response = await Officer.SubmitAsync(envelope);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var result = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("results")[0];
        Assert.Equal(Pae.TransactionId(payload).ToString(), result.GetProperty("transactionId").GetString());

        var id = Pae.TransactionId(payload).ToHex();
        var place = await Officer.Client.GetFromJsonAsync<JsonElement>($"/api/v1/transactions/{id}");
        Assert.Equal(result.GetProperty("index").GetInt64(), place.GetProperty("index").GetInt64());
        Assert.Equal(result.GetProperty("height").GetInt64(), place.GetProperty("height").GetInt64());

        var again = await Officer.SubmitAsync(envelope);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, again.StatusCode);
        Assert.Equal("admission/5", await again.CodeAsync());
    }

    [Fact]
    public async Task An_act_signed_by_somebody_without_the_right_is_refused_by_the_ledger_whoever_is_signed_in()
    {
        var member = demo.People["member"];
        var state = demo.Server.Ledger.ReadState();
        var branch = state.Member(member.Member)!.Branch;
        var payment = new RecordPayment(
            LedgerId.New<PaymentId>(), member.Member, branch, new DateOnly(2026, 11, 22), PaymentMethod.Cash, Payer.Member,
            PaymentBasis.Ordinary, [new PaymentItem(new Month(2026, 11), new Amount(100))]);
        var response = await Officer.SubmitAsync(Officer.Sign(payment, member.Key));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        Assert.StartsWith("dues/", await response.CodeAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Good_and_bad_envelopes_in_one_request_are_answered_one_by_one()
    {
        var good = Officer.Sign(new IssueInvitation(
            demo.People["member"].Member, InvitationCode.New().Key, demo.Server.Now.AddMilliseconds(60_000)));
        var response = await Officer.SubmitAsync(good, Officer.Sign(Harmless));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        var results = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("results");
        Assert.Equal(["final", "refused"], results.EnumerateArray().Select(r => r.GetProperty("status").GetString()!));
    }

    [Theory]
    [InlineData("zz", 400)]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000", 404)]
    public async Task A_transaction_id_is_checked(string id, int status) =>
        Assert.Equal(status, (int)(await Officer.Client.GetAsync($"/api/v1/transactions/{id}")).StatusCode);

    [Fact]
    public async Task Random_bytes_never_make_the_server_fault()
    {
        var random = new Random(20261122);
        for (var i = 0; i < 200; i++)
        {
            var bytes = new byte[random.Next(1, 300)];
            random.NextBytes(bytes);
            var text = Officer.Sign(Harmless);
            var body = (i % 3) switch
            {
                0 => Encoding.Latin1.GetString(bytes),
                1 => $"{{\"envelopes\":[{text.Remove(random.Next(text.Length), 1)}]}}",
                _ => $"{{\"envelopes\":[{text.Insert(random.Next(text.Length), ((char)random.Next(32, 127)).ToString(CultureInfo.InvariantCulture))}]}}",
            };
            var response = await Officer.PostAsync("/api/v1/transactions", body);
            Assert.True((int)response.StatusCode is 400 or 422, $"{response.StatusCode} for {body}");
            await response.CodeAsync();
        }
    }
}
