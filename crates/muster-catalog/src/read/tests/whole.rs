//! Every product in a few lines: what changes in the data is seen here.

use super::*;

#[test]
fn the_whole_catalogue() {
    let mut text = String::new();
    for product in Catalog::builtin().products() {
        list(&mut text, product).unwrap();
    }
    for incident in Catalog::builtin().incidents() {
        let ports = &incident.ports;
        writeln!(text, "{} {} {}/{ports:?}", incident.date, incident.name, incident.protocol).unwrap();
    }
    for device in Catalog::builtin().devices() {
        writeln!(text, "{} {:?}", device.class, device.sign).unwrap();
    }
    insta::assert_snapshot!(text);
}

fn list(text: &mut String, product: &Product) -> std::fmt::Result {
    writeln!(text, "{} [{}] {product}", product.id, product.family)?;
    let end = product.end_of_life.map(|day| format!(" {day}")).unwrap_or_default();
    let (purpose, status) = (product.purpose, product.status);
    writeln!(
        text,
        "  {:?} for {purpose}, {status:?}{end}, confidence {:?}",
        product.part, product.confidence
    )?;
    for listener in &product.listeners {
        let Means { open, closed, .. } = listener.means;
        let (ports, manner) = (&listener.ports, listener.manner);
        writeln!(
            text,
            "  {}/{ports:?} {:?} {manner:?}, open: {open}, closed: {closed}",
            listener.protocol, listener.binding
        )?;
    }
    for process in &product.processes {
        writeln!(
            text,
            "  {:?} {} ({})",
            process.os,
            process.name,
            process.service.as_deref().unwrap_or("-")
        )?;
    }
    for print in &product.fingerprints {
        let tells: Vec<_> = print.tells.iter().map(|tell| tell.what).collect();
        writeln!(text, "  {} {:?} tells {tells:?}", print.id, print.request)?;
    }
    Ok(())
}
