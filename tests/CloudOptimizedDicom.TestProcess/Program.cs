using System.Globalization;
using CloudOptimizedDicom.TestProcess;
using CloudOptimizedDicom.TestProcess.Soak;

// A process of its own, for tests of what several processes do to one store. The first argument says what to do.
return args switch
{
    ["increment", var root, var name, var times] =>
        await Counter.IncrementAsync(root, name, int.Parse(times, CultureInfo.InvariantCulture)),
    ["overwrite", var root, var name, var sizeBytes] =>
        await Overwriter.RunAsync(root, name, int.Parse(sizeBytes, CultureInfo.InvariantCulture)),
    ["stage", var root] => await Staging.HoldAsync(root),
    ["write-unlocked", var root, var name] => await DefectiveSteps.WriteUnlockedAsync(root, name),
    ["acknowledge", var root, var template, var number, var scratch, .. var options] =>
        await new AcknowledgingWriter(template, int.Parse(number, CultureInfo.InvariantCulture), scratch)
            .RunAsync(root, waits: options.Contains("waits"), flushesFolders: !options.Contains("unflushed")),
    ["stall", var root, var studyUid, var seriesUid, var mode, var stallsAt, .. var files] =>
        await StalledWriter.RunAsync(root, studyUid, seriesUid, mode, stallsAt, files),
    ["soak", var role, var id, var store, var copies, var scratch, var endpoint] =>
        await SoakProcess.RunAsync(role, id, store, copies, scratch, endpoint),
    ["measure", var resultPath, .. var command] => await Measurement.RunAsync(resultPath, command),
    _ => 2,
};
