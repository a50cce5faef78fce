import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";
import { BrowserLink } from "../../design/Button";
import { ProblemNotice } from "../../design/Notice";
import { Loading, ROW } from "../../design/Page";
import { useFormat } from "../../i18n/format";

/** What is bought once, what was, and what of this month. */
export function Products() {
  const { t } = useTranslation();
  const format = useFormat();
  const products = useQuery({ queryKey: ["products"], queryFn: () => answer(api.GET("/api/products")) });
  const purchases = useQuery({ queryKey: ["purchases"], queryFn: () => answer(api.GET("/api/me/purchases")) });
  const error = products.error ?? purchases.error;
  if (error) return <ProblemNotice error={error} retry={() => void Promise.all([products.refetch(), purchases.refetch()])} />;
  if (!products.data || !purchases.data) return <Loading rows={1} />;
  const { items, spending } = purchases.data;
  return (
    <>
      <ul className="grid gap-3">
        {products.data.items.map((product) => (
          <li key={product.name} className={ROW}>
            <div className="min-w-0">
              <h3 className="font-body font-semibold">{t(`product.${product.name}.name`)}</h3>
              <p className="text-sm text-soft">{t(`product.${product.name}.words`)}</p>
            </div>
            <BrowserLink look="quiet" href={`/checkout/buy/${product.name}`}>
              {t("membership.buyFor", { product: t(`product.${product.name}.name`), price: format.money(product.price) })}
            </BrowserLink>
          </li>
        ))}
      </ul>
      {items.length > 0 ? (
        <div className="grid gap-1 text-sm text-soft">
          <p>{t("membership.bought", { list: format.list(items.map((order) => t("membership.boughtOn", { product: t(`product.${order.item}.name`), day: format.day(order.made_at) }))) })}</p>
          <p>{t("membership.spent", { sum: format.money(spending.spent) })}</p>
        </div>
      ) : null}
    </>
  );
}
