using Mingjian.Server.Configuration;
using Mingjian.Server.Dues;
using Mingjian.Server.Names;
using Mingjian.Server.Demo;
using Mingjian.Server.Hosting;
using Mingjian.Server.LedgerApi;
using Mingjian.Server.Receipts;
using Mingjian.Server.Roster;
using Mingjian.Server.Session;
using Mingjian.Server.Setup;
using Mingjian.Server.Trust;

var builder = WebApplication.CreateBuilder(args);
builder.AddConfiguration();
builder.AddHosting();
builder.AddLedger();
builder.AddNames();
builder.Services.AddDues();
builder.Services.AddReceipts();
builder.AddSessions();
builder.AddSetup();
builder.AddRoster();
builder.AddDemo();

var app = builder.Build();
app.UseHosting();
app.UseDemoGuard();
app.MapHosting();
app.MapLedger();
app.MapDues();
app.MapReceipts();
app.MapSessions();
app.MapSetup();
app.MapRoster();
app.MapRosterApi();
app.MapDemo();
app.MapTrustModule();
app.MapPages();
try
{
    await app.RunAsync();
}
catch (IOException fault) when (fault.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
{
    await Console.Error.WriteLineAsync($"mingjian: {fault.Message} Choose another port: ./run --port N");
    return 2;
}

return Environment.ExitCode;

/// <summary>The entry point; public so that tests can start the whole program in process.</summary>
public partial class Program;
