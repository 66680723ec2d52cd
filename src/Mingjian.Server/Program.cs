using Mingjian.Client.Directory;
using Mingjian.Server.Configuration;
using Mingjian.Server.Hosting;
using Mingjian.Server.LedgerApi;
using Mingjian.Server.Session;
using Mingjian.Server.Setup;

var builder = WebApplication.CreateBuilder(args);
builder.AddConfiguration();
builder.AddHosting();
builder.AddLedger();
builder.AddSessions();
builder.AddSetup();
builder.Services.AddSingleton<MissingVault>();
builder.Services.AddSingleton<INameDirectory>(s => s.GetRequiredService<MissingVault>());
builder.Services.AddSingleton<INameRegistry>(s => s.GetRequiredService<MissingVault>());
builder.Services.AddSingleton<IOrganizationNames>(s => s.GetRequiredService<MissingVault>());

var app = builder.Build();
app.UseHosting();
app.MapHosting();
app.MapLedger();
app.MapSessions();
app.MapSetup();
app.MapPages();
await app.RunAsync();

/// <summary>The entry point; public so that tests can start the whole program in process.</summary>
public partial class Program;
